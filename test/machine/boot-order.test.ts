/** What firmware starts, of all that it could. */
import { truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { assembleBootSector } from "./assemble.ts";
import { boot, soonMs, useKernels } from "./machines.ts";

useKernels("hello");

test.each(["pc", "q35", "microvm"])(
  "a kernel on %s starts itself, and not the disk",
  async (machine) => {
    const source = '  mov $text, %si\n  call print\ntext: .asciz "the disk"';
    const file = await assembleBootSector(source);
    const disk = { file, bus: machine === "microvm" ? "virtio" : "ahci" } as const;
    const vm = await boot("hello", { machine, disks: [disk, { ...disk, bus: "virtio" }] });
    await vm.serial.waitFor("Hello from", { timeoutMs: soonMs });
  },
);

describe.each(["pc", "q35", "isapc"])("floppies and disks on %s, of which both boot", (machine) => {
  async function bootable(text: string, sizeBytes: number): Promise<string> {
    const file = await assembleBootSector(`  mov $text, %si
  call print
1: hlt
  jmp 1b
text: .asciz "${text}"`);
    truncateSync(file, sizeBytes);
    return file;
  }

  test.each(["the floppy", "the disk"])("start %s where it comes first", async (first) => {
    const floppy = { file: await bootable("the floppy\n", 1440 * 1024), bus: "floppy" } as const;
    const disk = { file: await bootable("the disk\n", 2 * 1024 ** 2) };
    const disks = first === "the floppy" ? [floppy, disk] : [disk, floppy];
    const vm = await boot({ disks, machine, arch: "x86_64" });
    await vm.serial.waitFor(/the \w+(?=\n)/, { timeoutMs: soonMs });
    expect(vm.serial.text).toBe(`${first}\n`);
  });
});
