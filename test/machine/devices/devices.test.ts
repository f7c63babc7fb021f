/** Devices of a spec, as words for QEMU, and what is refused before it starts. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../../harness/evidence/index.ts";
import type { DeviceModel } from "../../../harness/host/index.ts";
import { deviceArguments } from "../../../harness/machine/devices/device-arguments.ts";
import { checkDevice } from "../../../harness/machine/devices/device-check.ts";
import { planDevices } from "../../../harness/machine/devices/plan-devices.ts";
import {
  type Device,
  device,
  floppy,
  network,
  nvme,
  pci,
  scsi,
  usb,
  virtio,
  watchdog,
} from "../../../harness/machine/index.ts";
import type { MachineSpec } from "../../../harness/machine/spec.ts";
import { kernelPath } from "../../../kernels/build.ts";
import { errorOf, useKernels } from "../machines.ts";
import { boardFor } from "../planned.ts";

useKernels("boot-sector");

const file = kernelPath("boot-sector", "bios");
const model = (name: string, bus: string, aliases: string[] = []): DeviceModel => ({
  name,
  bus,
  description: "",
  aliases,
});
const models = [
  ...["qemu-xhci", "piix3-usb-uhci", "nvme", "e1000", "i6300esb", "virtio-scsi-pci"],
  ...["virtio-rng-pci", "pcie-root-port", "virtio-net-pci", "lsi53c895a"],
].map((name) => model(name, "PCI", name === "virtio-rng-pci" ? ["virtio-rng"] : []));
models.push(
  model("usb-storage", "usb-bus"),
  model("usb-kbd", "usb-bus"),
  model("usb-hub", "usb-bus"),
);
models.push(model("scsi-hd", "SCSI"), model("ib700", "ISA"));
models.push(model("floppy", "floppy-bus"), model("isa-fdc", "ISA"));
models.push(model("virtio-serial-pci", "PCI"), model("virtconsole", "virtio-serial-bus"));
for (const kind of ["blk", "net", "rng", "serial"]) {
  models.push(model(`virtio-${kind}-device`, "virtio-bus"));
}

function plan(devices: readonly Device[], spec: MachineSpec = { arch: "x86_64", machine: "q35" }) {
  const board = boardFor(spec, undefined);
  const field = (index: number) => `devices[${index}]`;
  const chardevOf = (port: string) => `chardev-${port}`;
  const free = { present: [], taken: [], firstNumber: 0 };
  return planDevices(devices, { board, models, ...free, field, chardevOf, directory: "/run" });
}

test("are the same words each time, with the controllers that they need, once", async () => {
  const devices = [
    usb.storage({ file, id: "stick", serialNumber: "A,1" }),
    usb.keyboard(),
    scsi.disk({ file, readOnly: true }),
    nvme({ file, persist: true }),
    network.e1000({ mac: "52:54:00:12:34:56" }),
    network.virtio({ backend: "user" }),
    watchdog.i6300esb(),
    pci.rootPort({ id: "port1", chassis: 3 }),
    device("virtio-rng", { "max-bytes": 8, event_idx: false }),
  ];
  const words = deviceArguments(await plan(devices), "/run").map((word) =>
    word.replaceAll(file, "FILE"),
  );
  expect(words.join("\n")).toMatchInlineSnapshot(`
    "-device
    qemu-xhci,id=usb-controller
    -device
    virtio-scsi-pci,id=scsi-controller
    -drive
    file=FILE,format=raw,snapshot=off,if=none,id=device3-drive
    -device
    nvme,id=device3,serial=bringup,drive=device3-drive
    -device
    e1000,id=device4,mac=52:54:00:12:34:56
    -netdev
    user,id=device5-network,restrict=on
    -device
    virtio-net-pci,id=device5,netdev=device5-network
    -device
    i6300esb,id=device6
    -device
    pcie-root-port,id=port1,chassis=3
    -device
    virtio-rng-pci,id=device8,max-bytes=8,event_idx=off
    -drive
    file=FILE,format=raw,snapshot=on,if=none,id=stick-drive
    -device
    usb-storage,id=stick,serial=A,,1,drive=stick-drive
    -device
    usb-kbd,id=device1
    -drive
    file=FILE,format=raw,readonly=on,if=none,id=device2-drive
    -device
    scsi-hd,id=device2,drive=device2-drive"
  `);
  expect(deviceArguments(await plan(devices), "/run")).toHaveLength(words.length);
});

test("bring a floppy controller to q35 alone", async () => {
  const models = async (machine: string) =>
    (await plan([floppy({ file })], { arch: "x86_64", machine })).map(({ model }) => model);
  expect(await models("pc")).toEqual(["floppy"]);
  expect(await models("q35")).toEqual(["isa-fdc", "floppy"]);
});

test("take a controller that is there", async () => {
  const planned = await plan([usb.keyboard(), usb.uhci(), scsi.lsi53c895a(), scsi.disk({ file })]);
  expect(planned.map(({ model: name }) => name)).not.toContain("qemu-xhci");
  const order = planned.map(({ model: name }) => name);
  expect(order).toEqual(["piix3-usb-uhci", "lsi53c895a", "usb-kbd", "scsi-hd"]);
});

test("virtio is in memory where that is asked for, or the board has no PCI", async () => {
  const modelsOn = async (spec: MachineSpec, devices: readonly Device[]) =>
    (await plan(devices, spec)).map(({ model }) => model);
  const bus = "virtio-mmio";
  const properties = { bus: "virtio-mmio-bus.5" };
  const virt = { arch: "aarch64", machine: "virt" };
  const asked = [virtio.rng(), virtio.rng({ bus }), virtio.net({ properties })];
  expect(await modelsOn(virt, asked)).toEqual([
    "virtio-rng-pci",
    "virtio-rng-device",
    "virtio-net-device",
  ]);
  const console = [virtio.console({ name: "hvc0" })];
  expect(await modelsOn(virt, console)).toEqual(["virtio-serial-pci", "virtconsole"]);
  const microvm = { arch: "x86_64", machine: "microvm" };
  expect(await modelsOn(microvm, console)).toEqual(["virtio-serial-device", "virtconsole"]);
  expect(await modelsOn(microvm, [virtio.blk({ file })])).toEqual(["virtio-blk-device"]);
});

describe("are refused before QEMU starts", () => {
  const cortexM = { arch: "arm", machine: "mps2-an385" };
  test.each([
    ["a model that this QEMU lacks", [device("virtio-gpu-pci")], {}, /it has .*virtio-rng-pci/],
    ["PCI on microvm", [nvme({ file })], { machine: "microvm" }, /needs a bus PCI, which microvm/],
    ["USB on microvm", [usb.keyboard()], { machine: "microvm" }, /qemu-xhci needs a bus PCI/],
    ["USB on a Cortex-M", [usb.storage({ file })], cortexM, /which mps2-an385 has not/],
    ["a floppy on microvm", [floppy({ file })], { machine: "microvm" }, /needs a bus floppy-bus/],
    ["ISA on virt", [watchdog.ib700()], { arch: "aarch64", machine: "virt" }, /a bus ISA/],
    [
      "an id twice",
      [usb.hub({ id: "a" }), usb.keyboard({ id: "a" })],
      {},
      /devices\[1\]\.id: "a" is taken/,
    ],
    [
      "the id of a controller that comes along",
      [usb.keyboard(), nvme({ file, id: "usb-controller" })],
      {},
      /devices\[1\]\.id: "usb-controller" is what the controller is called that usb-kbd brings/,
    ],
    [
      "a model that is written otherwise",
      [device("virtio-rgn-pci")],
      {},
      /"virtio-rgn-pci" is no device of this QEMU; the nearest is "virtio-rng-pci"; it has /,
    ],
    ["a missing image", [nvme({ file: "/nowhere.img" })], {}, /devices\[0\]\.file: .*nowhere/],
  ])("%s", async (_, devices, spec, words) => {
    const error = await errorOf(
      plan(devices, { arch: "x86_64", machine: "q35", ...spec }),
      SpecError,
    );
    expect(error.message).toMatch(words);
  });

  test.each([
    [7, /devices\[0\]: got 7, takes a device such as/],
    [{ model: "" }, /model: got "", takes the name/],
    [{ model: "nvme", id: "0 a" }, /id: got "0 a"/],
    [
      { model: "nvme", driver: 1 },
      /driver: is no field of a device; the nearest is drive \(the fields are model, id, /,
    ],
    [{ model: "nvme", drive: { file: "a", persist: 1 } }, /persist: got 1/],
    [{ model: "nvme", properties: { drive: "x" } }, /is set by the harness/],
    [{ model: "nvme", properties: { a: null } }, /properties\.a: got null/],
    [{ model: "e1000", backend: "tap" }, /backend: got "tap"/],
  ])("%j", (given, words) => {
    expect(() => checkDevice(given, "devices[0]")).toThrow(words);
  });
});

test("have factories that make valid devices", () => {
  const image = { file };
  const made = [
    ...[usb.uhci(), usb.ehci(), usb.xhci(), usb.mouse(), usb.tablet(), usb.hub()],
    ...[scsi.virtio(), scsi.megaraid(), scsi.cd(image), virtio.blk(image), virtio.net()],
    ...[virtio.rng(), virtio.balloon(), virtio.serial(), network.rtl8139()],
    ...[virtio.console({ name: "hvc0" }), virtio.net({ bus: "virtio-mmio" })],
    pci.bridge({ id: "bridge", chassis: 1 }),
  ];
  for (const given of made) expect(() => checkDevice(given, "device")).not.toThrow();
});
