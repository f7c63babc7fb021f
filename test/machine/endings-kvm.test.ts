/** How our kernels end under KVM, on the machine that tells the least about it. */
import { accessSync, constants } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { assemblePvh } from "./assemble.ts";
import { testEndings } from "./endings.ts";
import { boot, useKernels } from "./machines.ts";

useKernels(
  ...["dead-halt", "exit-code", "hello", "idle", "page-fault", "panic", "panic-reset"],
  ...["power-off", "reset", "reset-loop", "spin", "triple-fault"],
);

function whyNotHere(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "KVM for x86 is not here";
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return "/dev/kvm cannot be opened here";
  }
}

describe("KVM", () => {
  beforeEach(({ skip }) => {
    const reason = whyNotHere();
    if (reason !== undefined) skip(reason);
  });

  testEndings({ machine: "microvm", accelerator: "kvm" });

  test("what KVM cannot execute leaves QEMU alive, and is an internal error", async () => {
    // Nothing is at that address that KVM could fetch an instruction from.
    const kernel = await assemblePvh("  mov $0xd0000000, %eax\n  jmp *%eax");
    const vm = await boot({ kernel, machine: "microvm", accelerator: "kvm" });
    expect(await vm.exited).toMatchObject({
      kind: "internal-error",
      message: expect.stringContaining("KVM internal error"),
      at: { instructionPointer: "0xd0000000" },
    });
    expect((await vm.qmp.execute("query-status")).status).toBe("internal-error");
  });

  test("the record says so", async () => {
    const vm = await boot("hello", { machine: "microvm", accelerator: "kvm" });
    await vm.serial.waitFor("Hello from x86_64 (PVH)");
    expect(vm.record().accelerator).toMatchObject({ requested: "kvm", used: "kvm" });
  });
});
