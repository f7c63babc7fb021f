/** QEMU's Multiboot loader reads `-initrd` as a list: any file name must reach it whole. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { EvidenceStore } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("hello");
const soon = { timeoutMs: soonMs };

function makeInitrd(name: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, "the initial RAM disk\n");
  return path;
}

describe("the initrd of a Multiboot kernel", () => {
  test.each(["plain.img", "with,comma,,twice.img", "with two spaces.img", "a, b.img"])(
    "may be called %s",
    async (name) => {
      const vm = await boot({ kernel: kernelPath("hello", "i386"), initrd: makeInitrd(name) });
      await vm.serial.waitFor("Hello from i386", soon);
    },
  );

  test("also where the 64-bit kernel is converted first", async () => {
    const kernel = kernelPath("multiboot64");
    const vm = await boot({ kernel, initrd: makeInitrd("with two, odd characters.img") });
    await vm.serial.waitFor("Hello", soon);
  });

  test("with a space, and nowhere to put a link without one, says what to do", async () => {
    const root = join(temporaryDirectory(), "my project");
    mkdirSync(root);
    const store = new EvidenceStore(root, "run");
    const spec = { kernel: kernelPath("hello", "i386"), initrd: makeInitrd("a b.img") };
    const error = await errorOf(boot(spec, {}, { store }), SpecError);
    expect(error.message).toMatch(/^initrd: .*a b\.img has a space, .*BRINGUP_EVIDENCE/);
  });
});
