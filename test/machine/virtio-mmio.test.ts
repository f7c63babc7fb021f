/** Virtio devices at places in memory, as a guest on Arm's and RISC-V's `virt` drives them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { device, network, virtio } from "../../harness/machine/devices/index.ts";
import type { MachineSpec } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("virtio-mmio");

/** A disk of 64 KiB whose sectors 0 and 1 say so. */
function diskImage(): string {
  const file = join(temporaryDirectory(), "disk.img");
  const image = Buffer.alloc(64 * 1024);
  for (const sector of [0, 1]) image.write(`this is sector ${sector}`, sector * 512);
  writeFileSync(file, image);
  return file;
}

describe.each(["riscv64", "aarch64"] as const)("%s", (arch) => {
  const kernel = kernelPath("virtio-mmio", arch);
  const run = async (spec: MachineSpec) => {
    const vm = await boot({ kernel, ...spec });
    const console = spec.devices?.find(({ model }) => model === "virtconsole")?.port;
    if (console !== undefined) {
      const port = vm.serialPort(console);
      await port.waitFor("> ", { timeoutMs: soonMs });
      await port.writeLine("a line");
      await port.waitFor("you said: a line\n", { timeoutMs: soonMs });
    }
    await vm.serial.waitFor("no more devices\n", { timeoutMs: soonMs });
    const found = vm.serial.text.matchAll(/^virtio-mmio (\d+): (device \d, version \d)\n(.*)/gm);
    return { vm, found: [...found].map(([, place, ...words]) => [Number(place), ...words]) };
  };
  const last = arch === "riscv64" ? 7 : 31;

  test("disks have the first places, and other devices the last ones", async () => {
    const file = diskImage();
    const bus = "virtio-mmio";
    const { found, vm } = await run({
      commandLine: "write=1 sector=1",
      disks: [
        { file, bus },
        { size: "1M", bus },
      ],
      devices: [
        network.virtio({ bus, mac: "52:54:00:12:34:2a" }),
        virtio.serial({ bus }),
        virtio.console({ name: "hvc0" }),
      ],
    });
    expect(found).toEqual([
      [0, "device 2, version 2", "sector 1: written by the guest"],
      [1, "device 2, version 2", "sector 1: written by the guest"],
      [last - 1, "device 3, version 2", "its line is answered"],
      [last, "device 1, version 2", "its address ends in 0x2a"],
    ]);
    expect(vm.serialPort("hvc0").text).toContain("Hello from the virtio console\n");
    // What was written went to an overlay, and was counted.
    expect(readFileSync(file, "latin1").slice(512, 530)).toBe("this is sector 1\0\0");
    const counters = await vm.qmp.query.blockCounters("disk0");
    expect(counters).toMatchObject({ writtenBytes: 512, writeOperations: 1 });
  });

  test("the legacy kind is had by its own name, and a disk may persist", async () => {
    const file = diskImage();
    const { found } = await run({
      commandLine: "write=1",
      disks: [{ file, bus: "virtio-mmio", persist: true }],
      qemuArguments: ["-global", "virtio-mmio.force-legacy=true"],
    });
    expect(found).toEqual([[0, "device 2, version 1", "sector 0: written by the guest"]]);
    expect(readFileSync(file, "latin1").slice(0, 20)).toBe("written by the guest");
  });

  test("a disk fails on request; devices go to the place that is named", async () => {
    const properties = { bus: "virtio-mmio-bus.3" };
    const { found, vm } = await run({
      commandLine: "sector=1",
      disks: [{ file: diskImage(), bus: "virtio-mmio", errors: [{ on: "read", sector: 1 }] }],
      devices: [
        virtio.net({ properties }),
        device("virtio-net-device", { bus: "virtio-mmio-bus.2" }),
        virtio.blk({ file: diskImage(), properties: { bus: "virtio-mmio-bus.1" } }),
      ],
    });
    expect(found).toEqual([
      [0, "device 2, version 2", "sector 1: error 1"],
      [1, "device 2, version 2", "sector 1: this is sector 1"],
      [2, "device 1, version 2", expect.stringContaining("its address")],
      [3, "device 1, version 2", expect.stringContaining("its address")],
    ]);
    expect((await vm.qmp.query.blockCounters("disk0")).failedReadOperations).toBe(1);
  });
});

test("a board has so many places, or none", async () => {
  const disks = Array.from({ length: 9 }, () => ({ size: "1M", bus: "virtio-mmio" }) as const);
  const tooMany = await errorOf(boot({ arch: "riscv64", disks }), SpecError);
  expect(tooMany.message).toMatch(/^disks\[8\]\.bus: virtio-mmio has room for 8, and all of it is/);
  const none = await errorOf(
    boot({ arch: "x86_64", firmware: "bios", disks: disks.slice(0, 1) }),
    SpecError,
  );
  expect(none.message).toMatch(/^disks\[0\]\.bus: got "virtio-mmio", which the machine pc has not/);
});
