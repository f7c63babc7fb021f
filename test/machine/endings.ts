/** How our kernels end: the same whatever runs them. */
import { expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import type { MachineSpec } from "../../harness/machine/index.ts";
import { boot, errorOf } from "./machines.ts";

type Ending = readonly [kernel: string, spec: MachineSpec, exit: object, output: string];

const endings: readonly Ending[] = [
  ["exit-code", { commandLine: "exit=0" }, { kind: "debug-exit", status: 0 }, "status 0\n"],
  ["exit-code", { commandLine: "exit=1" }, { kind: "debug-exit", status: 1 }, "status 1\n"],
  ["exit-code", { commandLine: "exit=49" }, { kind: "debug-exit", status: 49 }, "status 49\n"],
  ["exit-code", { commandLine: "exit=127" }, { kind: "debug-exit", status: 127 }, "status 127\n"],
  ["power-off", {}, { kind: "power-off", at: { symbol: "power_off" } }, "switching off\n"],
  // KVM stands at the instruction that resets, which is inlined; TCG behind it.
  [
    "reset",
    {},
    { kind: "reset", at: { symbol: expect.stringMatching(/^(reset|port_write_byte)$/) } },
    "resetting\n",
  ],
  ["reset-loop", {}, { kind: "reset" }, "initialising memory\n"],
  [
    "triple-fault",
    {},
    { kind: "triple-fault", at: { symbol: "touch_unmapped_page", line: 9 } },
    "about to fault\n",
  ],
  [
    "panic-reset",
    {},
    { kind: "panic", message: "Kernel panic - not syncing: No working init found." },
    "No working init found.\n",
  ],
  [
    "panic",
    {},
    { kind: "panic", message: "Kernel panic: no init found", at: { symbol: "halt_forever" } },
    "Kernel panic: no init found\n",
  ],
  // Its handler says so and halts: an unhandled exception is a death in any kernel's words.
  [
    "page-fault",
    {},
    { kind: "panic", message: "Unhandled exception: vector 14, error code 0x2" },
    "about to fault\n",
  ],
];

/** Tests of every ending, and of the kernels that do not end. */
export function testEndings(options: MachineSpec): void {
  test.for(endings)("$0 $1 ends as $2", async ([kernel, spec, exit, output]) => {
    const vm = await boot(kernel, { ...options, ...spec });
    expect(await vm.exited).toMatchObject(exit);
    expect(vm.serial.text).toContain(output);
    expect(vm.state).toBe("ended");
    expect(vm.exit).toMatchObject(exit);
  });

  test.each(["hello", "dead-halt"])("%s is found dead", async (kernel) => {
    const vm = await boot(kernel, options);
    const error = await errorOf(vm.exited, GuestError);
    expect(error.finding).toMatchObject({ kind: "dead-halt", at: { symbol: "halt_forever" } });
    expect(vm.exit).toBeUndefined();
    expect(vm.state).toBe("running");
  });

  test.each(["idle", "spin"])("%s is not called dead", async (kernel) => {
    const vm = await boot(kernel, options);
    if (kernel === "idle") await vm.serial.waitFor("idle");
    const wait = vm.serial.waitFor("what never comes", { timeoutMs: 1_000 });
    await expect(wait).rejects.toThrow("timed out after 1000 ms (timeoutMs) waiting for serial0");
    expect(vm.findings).toEqual([]);
    await vm.verdict.checkAlive();
  });
}
