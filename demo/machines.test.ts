/** What `npm run demo` shows: kernels of our own, and firmware that others wrote. */
import { expect } from "bringup";
import { kernelPath } from "../kernels/build.ts";
import { test } from "./show.ts";

/** Milliseconds for UEFI firmware: 4 s or so where nothing else runs, and more on a busy host. */
const shellLimitMs = 100_000;

test("a 32-bit kernel, through Multiboot", async ({ boot, show }) => {
  const vm = await boot(kernelPath("hello", "i386"));
  await expect(vm.serial).toPrint("Hello from i386 (Multiboot)");
  await show(vm.serial);
  await expect(vm).toBeRunning();
});

test("a 64-bit kernel, through PVH", async ({ boot, show }) => {
  const vm = await boot(kernelPath("hello", "x86_64"));
  await expect(vm.serial).toPrint("Hello from x86_64 (PVH)");
  await show(vm.serial);
  await expect(vm).toBeRunning();
});

test("a boot sector of 512 bytes, through SeaBIOS", async ({ boot, show }) => {
  const vm = await boot(kernelPath("boot-sector", "bios"));
  await expect(vm.serial).toPrint("Hello from the boot sector");
  await show(vm.serial);
});

test("OpenSBI, the firmware of RISC-V", async ({ boot, show }) => {
  const vm = await boot({ arch: "riscv64" });
  await expect(vm.serial).toPrint(/OpenSBI v\d+\.\d+/);
  await show(vm.serial);
  await expect(vm.serial).toPrint(/Platform Name\s+: riscv-virtio/);
  await show(vm.serial);
});

test("OVMF, the UEFI firmware of a PC", { timeout: shellLimitMs + 20_000 }, async ({
  boot,
  show,
}) => {
  const vm = await boot({ firmware: "uefi" });
  const ends = ["UEFI Interactive Shell", "No bootable option"];
  const end = await vm.serial.waitForAny(ends, { timeoutMs: shellLimitMs });
  await show(vm.serial);
  // Newer firmware has a shell, too, but starts it no more by itself.
  if (end.index === 1) return;
  // Any key but Escape ends the five seconds in which the shell offers to skip its start-up script.
  const { index } = await vm.serial.waitForAny(["Press ESC", "Shell> "]);
  if (index === 0) {
    await vm.serial.write("\r");
    await expect(vm.serial).toPrint("Shell> ");
  }
  await vm.serial.writeLine("ver");
  await expect(vm.serial).toPrint("ver");
  await show(vm.serial);
  await expect(vm.serial).toPrint(/UEFI v[\d.]+ \(.*\)/);
  await show(vm.serial);
  await expect(vm.serial).toPrint("Shell> ");
  await vm.serial.writeLine("reset -s");
  await expect(vm).toPowerOff();
  await show(vm.serial);
});
