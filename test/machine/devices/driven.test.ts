/** Devices as guests see them: PCI buses, a disk that fails, a controller that comes and goes. */
import { statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { SpecError } from "../../../harness/evidence/index.ts";
import { ivshmem, nvme, share, usb, virtio } from "../../../harness/machine/devices/index.ts";
import type { Disk, MachineSpec } from "../../../harness/machine/index.ts";
import { kernelPath } from "../../../kernels/build.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "../machines.ts";

useKernels("disk-read", "hello", "pci");
vi.setConfig({ testTimeout: 80_000 });

const soon = { timeoutMs: soonMs };
const start = (name: string, spec: MachineSpec) =>
  boot({ kernel: kernelPath(name, "i386"), accelerator: "tcg", ...spec });

/** A disk of 1 MiB whose sectors 0 and 7 say which they are. */
function makeDisk(): string {
  const file = join(temporaryDirectory(), "disk.img");
  const bytes = Buffer.alloc(4096);
  bytes.write("sector zero");
  bytes.write("sector seven", 7 * 512);
  writeFileSync(file, bytes);
  truncateSync(file, 1024 ** 2);
  return file;
}

test.each(["pc", "q35"])("a guest finds on the PCI buses of %s what QMP says", async (machine) => {
  const devices = [usb.xhci(), nvme({ file: makeDisk() }), ivshmem({ memory: "4M" })];
  const vm = await start("pci", { machine, devices });
  await vm.serial.waitFor("that is all\n", soon);
  const seen = vm.serial.text.match(/^pci .*$/gm)?.map((line) => line.slice(4)) ?? [];
  const hexadecimal = (value: number) => value.toString(16).padStart(4, "0");
  const told = (await vm.qmp.query.pciDevices()).map(
    ({ address, classCode, deviceId, vendorId }) =>
      `${address} ${hexadecimal(vendorId)}:${hexadecimal(deviceId)} class ${hexadecimal(classCode)}`,
  );
  expect(seen.toSorted()).toEqual(told.toSorted());
  expect(seen.some((line) => line.endsWith("class 0c03"))).toBe(true);
  expect(seen.some((line) => line.includes("1af4:1110"))).toBe(true);
});

test("a guest sees a USB controller come", async () => {
  const vm = await start("pci", { machine: "pc", commandLine: "watch=1" });
  await vm.serial.waitFor("that is all\n", soon);
  await vm.attach(usb.xhci());
  await vm.serial.waitFor(/pci 00:\w+\.0 1b36:000d class 0c03\n/, soon);
});

describe("a disk that fails", () => {
  async function read(disk: Partial<Disk>, commandLine: string) {
    const file = makeDisk();
    const disks = [{ file, bus: "virtio", ...disk }] as const;
    const exitDevice = false;
    const vm = await start("disk-read", { machine: "pc", disks, commandLine, exitDevice });
    await vm.exited;
    const lines = vm.serial.text.trimEnd().split("\n");
    expect(statSync(file).size).toBe(1024 ** 2);
    return { lines, vm };
  }

  test("reads well without errors, and its counters tell", async () => {
    const { lines, vm } = await read({}, "sector=7 count=3");
    expect(lines).toEqual(Array(3).fill("sector 7: sector seven"));
    const { failedReadOperations, readOperations } = await vm.qmp.query.blockCounters("disk0");
    expect(readOperations).toBeGreaterThanOrEqual(3);
    expect(failedReadOperations).toBe(0);
  });

  test("at a sector, and nowhere else", async () => {
    const errors = [{ on: "read", sector: 7 }] as const;
    const bad = await read({ errors }, "sector=7 count=2");
    expect(bad.lines).toEqual(Array(2).fill("sector 7: error 1"));
    const counters = await bad.vm.qmp.query.blockCounters("disk0");
    expect(counters.failedReadOperations).toBe(2);
    expect((await read({ errors }, "sector=0")).lines).toEqual(["sector 0: sector zero"]);
    expect(bad.vm.record().reproduce).toMatch(
      / && qemu-img create -qf qcow2 -b \S+ -F raw "\$directory"\/disk0/,
    );
  });

  test("after so many requests, for once or for good", async () => {
    // Firmware reads as well: what it reads is counted too.
    const before = (await read({}, "sector=0 count=0")).vm;
    const { readOperations: after } = await before.qmp.query.blockCounters("disk0");
    const [good, bad] = ["sector 0: sector zero", "sector 0: error 1"];
    const once = [{ on: "read", after: after + 1, once: true }] as const;
    expect((await read({ errors: once }, "count=4")).lines).toEqual([good, bad, good, good]);
    const onwards = [{ on: "read", after: after + 2 }] as const;
    expect((await read({ errors: onwards }, "count=4")).lines).toEqual([good, good, bad, bad]);
  });
});

describe("complete disks", () => {
  test("an empty one, with a serial number and limits, is there", async () => {
    const limits = { readsPerSecond: 1000, bytesPerSecond: 10_000_000 };
    const disks = [{ size: "8M", bus: "virtio", serialNumber: "SN-42", limits }] as const;
    const vm = await start("disk-read", { machine: "pc", disks });
    await vm.serial.waitFor("sector 0: \n", soon);
    const [device] = await vm.qmp.query.blockDevices();
    expect(device).toMatchObject({ id: "disk0", sizeBytes: 8 * 1024 ** 2, discardsWrites: true });
    const { reproduce } = vm.record();
    expect(reproduce).toContain("throttling.iops-read=1000,throttling.bps-total=10000000");
    expect(reproduce).toContain("serial=SN-42");
  });

  test("one with errors is attached while the machine runs, with limits, and goes", async () => {
    const vm = await start("pci", { machine: "pc", commandLine: "watch=1", devices: [usb.xhci()] });
    await vm.serial.waitFor("that is all\n", soon);
    const errors = [{ on: "write", errno: "ENOSPC" }] as const;
    const id = await vm.attach(
      usb.storage({ file: makeDisk(), errors, limits: { writesPerSecond: 5 } }),
    );
    expect((await vm.qmp.execute("query-block")).some(({ qdev }) => qdev?.includes(id))).toBe(true);
    await vm.detach(id);
    expect(await vm.qmp.execute("query-named-block-nodes")).toEqual([]);
  });

  test.each<[string, object, string]>([
    ["nothing", {}, "disks[0].file: is missing: give the image, or size"],
    ["both", { file: "FILE", size: "8M" }, "disks[0].file: is there, and so is size"],
    ["no size", { size: "big" }, 'disks[0].size: got "big", takes "64M"'],
    ["no limit", { file: "FILE", limits: { speed: 1 } }, "disks[0].limits: takes an object of"],
    ["no limits", { file: "FILE", limits: {} }, "disks[0].limits: takes an object of numbers"],
    [
      "no error",
      { file: "FILE", errors: [{ on: "seek" }] },
      'disks[0].errors[0]: got {"on":"seek"}, takes { on: "read"',
    ],
    [
      "an error beyond the end",
      { file: "FILE", errors: [{ on: "read" }, { on: "read", sector: 9_999_999 }] },
      "disks[0].errors[1].sector: got 9999999, but the disk has ",
    ],
    [
      "a sector of a flush",
      { file: "FILE", errors: [{ on: "flush", sector: 1 }] },
      "disks[0].errors[0]: is a flush, which has no sector",
    ],
    [
      "an error too far",
      { file: "FILE", errors: [{ on: "read", after: 101 }] },
      "disks[0].errors[0].after: got 101, takes a whole number up to 100",
    ],
    [
      "a floppy that fails",
      { file: "FILE", bus: "floppy", errors: [{ on: "read" }] },
      "disks[0].errors: is not possible on the bus floppy",
    ],
    [
      "another format",
      { file: "FILE", format: "qcow2" },
      'disks[0].format: got "qcow2", but FILE is raw; leave format out',
    ],
    ["a long number", { file: "FILE", serialNumber: "x".repeat(21) }, "disks[0].serialNumber: got"],
  ])("%s is an error", async (_, disk, message) => {
    const file = makeDisk();
    const given = Object.fromEntries(
      Object.entries(disk).map(([name, value]) => [name, value === "FILE" ? file : value]),
    ) as Disk;
    const error = await errorOf(boot({ machine: "pc", disks: [given] }), SpecError);
    expect(error.message.replaceAll(file, "FILE")).toContain(message);
  });

  test("a virtio disk among the devices is one more", async () => {
    const vm = await start("disk-read", {
      machine: "pc",
      devices: [virtio.blk({ file: makeDisk() })],
    });
    await vm.serial.waitFor("sector 0: sector zero\n", soon);
  });
});

test("a shared directory has to be one, and comes with the machine only", async () => {
  const none = share({ directory: "/none", tag: "host" });
  const error = await errorOf(start("pci", { machine: "pc", devices: [none] }), SpecError);
  expect(error.message).toBe("devices[0].share.directory: /none is no directory");
  const vm = await start("pci", { machine: "pc" });
  const late = vm.attach(share({ directory: temporaryDirectory(), tag: "host" }));
  expect((await errorOf(late, SpecError)).message).toMatch(/^device\.share: cannot be attached/);
});

test("serial ports on USB and virtio are ports by their names", async () => {
  const empty = usb.storage({ size: "2M" });
  const devices = [usb.serial({ name: "stick" }), virtio.port({ name: "agent" }), empty];
  const vm = await start("pci", { machine: "pc", devices });
  await vm.serial.waitFor("that is all\n", soon);
  expect(vm.serialPort("stick").text + vm.serialPort("agent").text).toBe("");
  expect(vm.record().files.map(({ name }) => name)).toContain("agent.log");
  // What is made for a machine is among its evidence, and nowhere else.
  expect(vm.record().reproduce).toMatch(
    new RegExp(`file=${vm.record().directory}/empty-\\d+\\.img`),
  );
  expect(vm.record().reproduce).toContain("virtserialport,id=device1,name=agent,chardev=port2");
  const twice = [usb.serial({ name: "a" }), usb.serial({ name: "A" })];
  const error = await errorOf(start("pci", { machine: "pc", devices: twice }), SpecError);
  expect(error.message).toBe('devices[1].port: "A" is taken; take another');
  const late = await errorOf(vm.attach(usb.serial({ name: "late" })), SpecError);
  expect(late.message).toMatch(/^device\.port: cannot be attached: what is behind it is made when/);
  const odd = await errorOf(
    start("pci", { machine: "pc", devices: [ivshmem({ memory: "3M" })] }),
    SpecError,
  );
  expect(odd.message).toBe('devices[0].memory: got 3M, takes "1M", "2M", "4M" and so on');
});
