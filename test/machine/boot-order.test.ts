/** What firmware starts, of all that it could. */
import { test } from "vitest";
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
