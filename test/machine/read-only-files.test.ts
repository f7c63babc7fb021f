/** Files that a build or a store has made read-only: what is made of them has to be changed. */
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kernelPath } from "../../kernels/build.ts";
import { assembleArmFirmware } from "./assemble.ts";
import { boot, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("multiboot64", "hello");
const soon = { timeoutMs: soonMs };

async function readOnly(file: string): Promise<string> {
  const copy = join(temporaryDirectory(), "read-only");
  await copyFile(file, copy);
  chmodSync(copy, 0o444);
  return copy;
}

/** Root may write to any file, so that the mode has to tell. */
function modeOf(directory: string, name: RegExp): number {
  const found = readdirSync(directory).find((one) => name.test(one));
  return statSync(join(directory, found as string)).mode & 0o777;
}

test("a 64-bit Multiboot kernel, of which QEMU gets a changed copy", async () => {
  const vm = await boot({ kernel: await readOnly(kernelPath("multiboot64")) });
  await vm.serial.waitFor(/\n/, soon);
  expect(modeOf(vm.record().directory, /\.elf32$/)).toBe(0o600);
});

test("a small disk, which is filled up", async () => {
  const file = join(temporaryDirectory(), "small.img");
  writeFileSync(file, "data");
  const disks = [{ file: await readOnly(file), bus: "virtio" }] as const;
  const vm = await boot("hello", { machine: "pc", disks });
  await vm.serial.waitFor("Hello from", soon);
  expect(modeOf(vm.record().directory, /^padded-/)).toBe(0o600);
});

test("firmware for flash memory that it does not fill", async () => {
  const code = await readOnly(await assembleArmFirmware("firmware of mine"));
  const vm = await boot({ arch: "aarch64", firmware: { code } });
  await vm.serial.waitFor("firmware of mine", soon);
  expect(modeOf(vm.record().directory, /^flash-/)).toBe(0o600);
});
