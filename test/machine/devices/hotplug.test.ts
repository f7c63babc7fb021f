/** Devices that come and go in real machines, asserted by what QEMU says of itself. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { QmpError, SpecError, TimeoutError } from "../../../harness/evidence/index.ts";
import {
  device,
  floppy,
  network,
  nvme,
  pci,
  scsi,
  usb,
  watchdog,
} from "../../../harness/machine/index.ts";
import { kernelPath } from "../../../kernels/build.ts";
import { assembleBootSector } from "../assemble.ts";
import { boot, errorOf, privateDirectoryOf, useKernels } from "../machines.ts";

useKernels("spin", "boot-sector", "refuse-unplug");

const file = kernelPath("boot-sector", "bios");

test("come with their controllers, and go without a trace", async () => {
  const before = readFileSync(file);
  const devices = [
    scsi.disk({ file, id: "first" }),
    network.e1000({ backend: "user" }),
    watchdog.i6300esb(),
    nvme({ file, readOnly: true }),
  ];
  const vm = await boot("spin", { machine: "pc", devices });
  const nodes = async () => (await vm.qmp.execute("query-named-block-nodes")).length;
  const atFirst = await nodes();
  const pciDevices = async () => JSON.stringify(await vm.qmp.execute("query-pci"));
  expect(await pciDevices()).not.toContain('"usb-controller"');

  const id = await vm.attach(usb.storage({ file }));
  expect(await pciDevices()).toContain('"usb-controller"');
  expect(await nodes()).toBeGreaterThan(atFirst);
  const overlay = (await vm.qmp.execute("query-named-block-nodes")).find(
    (node) => node["node-name"] === `${id}-drive`,
  );
  expect(overlay).toMatchObject({ drv: "qcow2", ro: false, backing_file_depth: 1 });
  const keyboard = await vm.attach(usb.keyboard({ id: "keys" }));
  expect(keyboard).toBe("keys");

  await vm.detach(id);
  await vm.detach(keyboard);
  expect(await nodes()).toBe(atFirst);
  const directory = (overlay?.file ?? "").replace(/\/[^/]*$/, "");
  expect(readdirSync(directory).filter((name) => name.includes(id))).toEqual([]);
  expect(readFileSync(file)).toEqual(before);
  expect(await vm.attach(usb.storage({ file, id }))).toBe(id);

  const unknown = await errorOf(vm.detach("nothing"), SpecError);
  expect(unknown.message).toContain("no device of this machine: ");
  const taken = await errorOf(vm.attach(usb.mouse({ id })), SpecError);
  expect(taken.message).toContain("is taken");
});

test("leave nothing behind where QEMU refuses them, or say that the guest keeps them", async () => {
  const vm = await boot("spin", { machine: "pc" });
  const nodes = async () => (await vm.qmp.execute("query-named-block-nodes")).length;
  const atFirst = await nodes();
  const wrong = usb.storage({ file, properties: { nonsense: 1 } });
  const refused = await errorOf(vm.attach(wrong), QmpError);
  expect(refused.message).toContain("nonsense");
  expect(await nodes()).toBe(atFirst);

  // Nor does its controller stay, though this guest would never let it go; nor its disk's files.
  const pciDevices = async () => JSON.stringify(await vm.qmp.execute("query-pci"));
  expect(await pciDevices()).not.toContain("usb-controller");
  await errorOf(vm.attach(scsi.disk({ size: "1M", properties: { nonsense: 1 } })), QmpError);
  expect(await pciDevices()).not.toContain("scsi-controller");
  const made = () => readdirSync(privateDirectoryOf(vm)).filter((name) => /img|qcow2/.test(name));
  expect(made()).toEqual([]);
  expect(await vm.attach(usb.storage({ file, id: "stick" }))).toBe("stick");
  expect(await pciDevices()).toContain("usb-controller");
  await vm.detach("stick");
  expect(made()).toEqual([]);
  expect(await vm.qmp.execute("query-status")).toMatchObject({ running: true });

  // The same name is free for the card's backend again.
  const bad = { id: "card", backend: "user", properties: { nonsense: 1 } } as const;
  await errorOf(vm.attach(network.rtl8139(bad)), QmpError);
  expect(await vm.attach(network.rtl8139({ id: "card", backend: "user" }))).toBe("card");

  const disk = await vm.attach(nvme({ file }));
  const kept = await errorOf(vm.detach(disk, { timeoutMs: 300 }), TimeoutError);
  expect(kept.message).toContain(`the guest to let ${disk} go`);
  expect(kept.message).toContain("The guest never let go");
  // It may be asked again, and waits again.
  await errorOf(vm.detach(disk, { timeoutMs: 300 }), TimeoutError);
});

test("go into a root port of q35, and nowhere else", async () => {
  // A controller may stand behind what is plugged into it.
  const devices = [usb.keyboard(), usb.xhci(), pci.rootPort({ id: "port1", chassis: 1 })];
  const vm = await boot("spin", { machine: "q35", devices });
  const nodes = async () => (await vm.qmp.execute("query-named-block-nodes")).length;
  const atFirst = await nodes();
  const refused = await errorOf(vm.attach(nvme({ file })), QmpError);
  expect(refused.message).toContain(
    'does not support hotplugging; boot with devices: [pci.rootPort({ id: "port1", chassis: 1 })]',
  );
  expect(await nodes()).toBe(atFirst);
  const properties = { bus: "port1", serial: "plugged" };
  const id = await vm.attach(nvme({ file, properties }));
  expect(JSON.stringify(await vm.qmp.execute("query-pci"))).toContain(`"${id}"`);
});

test("never take the name of what the harness adds", async () => {
  const disks = [{ file, bus: "usb" }] as const;
  const spec = { machine: "pc", disks, devices: [usb.tablet({ id: "xhci" })] };
  const ofDisks = await errorOf(boot("spin", spec), SpecError);
  expect(ofDisks.message).toBe('devices[0].id: "xhci" is taken; take another');

  const devices = [network.e1000({ id: "scsi-controller" }), usb.xhci({ id: "usb-controller" })];
  const vm = await boot("spin", { machine: "pc", devices });
  const later = await errorOf(vm.attach(scsi.disk({ file })), SpecError);
  expect(later.message).toMatch(
    /^device: cannot be added: "scsi-controller" is what the controller is called that scsi-hd/,
  );
  // A controller of its own may have that name: then none is added.
  await vm.attach(usb.mouse());
  await vm.attach(scsi.virtio({ id: "own" }));
  await vm.attach(scsi.disk({ file }));
});

test.each(["pc", "q35"])("floppies are in the drives of %s", async (machine) => {
  const devices = [floppy({ file, id: "a" }), floppy({ size: "1440K", id: "b" })];
  const vm = await boot("spin", { machine, devices });
  const drives = (await vm.qmp.query.blockDevices()).map(({ id, sizeBytes }) => [id, sizeBytes]);
  expect(drives).toEqual([
    ["a-drive", 512],
    ["b-drive", 1440 * 1024],
  ]);
  const refused = await errorOf(vm.attach(floppy({ file })), QmpError);
  expect(refused.message).toContain("does not support hotplugging");
});

test("stay where the guest refuses to let them go, and may be asked for again", async () => {
  const kernel = kernelPath("refuse-unplug", "ppc64");
  const vm = await boot({ kernel, machine: "pseries,x-vof=on,smp.cpus=1,smp.maxcpus=2" });
  const soon = { timeoutMs: 20_000 };
  await vm.serial.waitFor("waiting for a core\n", soon);
  const id = await vm.attach(device("power9_v2.0-spapr-cpu-core", { "core-id": 1 }));
  await vm.serial.waitFor("the core is mine\n", soon);
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    // The limit is far away: the refusal itself ends the wait.
    const refused = await errorOf(vm.detach(id, { timeoutMs: 600_000 }), QmpError);
    expect(refused.message).toMatch(/^the guest refused to let device0 go; its driver may still/);
  }
  const cores = await vm.qmp.execute("query-hotpluggable-cpus");
  expect(cores.filter((slot) => slot["qom-path"] !== undefined)).toHaveLength(2);
  expect(vm.state).toBe("running");
});

test("are cleared away by a second detach where the guest has let go late", async () => {
  // ACPI ejects a slot of PCI by its bit at port 0xae08 (QEMU, docs/specs/acpi_pci_hotplug.rst).
  const kernel = await assembleBootSector(`  mov $up, %si
  call print
1: mov $0x3fd, %dx
  in %dx, %al
  test $1, %al
  jz 1b
  mov $0x3f8, %dx
  in %dx, %al
  xor %eax, %eax
  mov $0xae10, %dx
  out %eax, %dx
  mov $0x10, %eax
  mov $0xae08, %dx
  out %eax, %dx
  mov $gone, %si
  call print
2: hlt
  jmp 2b
up: .asciz "up"
gone: .asciz "gone"`);
  const vm = await boot({ kernel, machine: "pc" });
  const soon = { timeoutMs: 20_000 };
  await vm.serial.waitFor("up", soon);
  const nodes = async () => (await vm.qmp.execute("query-named-block-nodes")).length;
  const atFirst = await nodes();
  const id = await vm.attach(nvme({ file, properties: { addr: "4" } }));
  await errorOf(vm.detach(id, { timeoutMs: 300 }), TimeoutError);
  await vm.serial.write("!");
  await vm.serial.waitFor("gone", soon);
  await vm.detach(id, soon);
  expect(await nodes()).toBe(atFirst);
  expect(await vm.attach(nvme({ file, id, properties: { addr: "5" } }))).toBe(id);
});
