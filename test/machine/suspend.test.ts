/** A guest that suspends to RAM is no dead one: it can be woken up. */
import { expect, test } from "vitest";
import { StateError, TimeoutError } from "../../harness/evidence/index.ts";
import { debugExit16, reset16, suspendingGuest } from "./alarm-guests.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels();

const long = { timeoutMs: soonMs };

test.each(["pc", "q35"])("suspended, looked at, and woken up on %s", async (machine) => {
  const vm = await boot({ kernel: await suspendingGuest(debugExit16), machine });
  const since = 0;
  await vm.qmp.waitForEvent("SUSPEND", { since, ...long });
  expect(vm.state).toBe("suspended");
  expect(await vm.qmp.execute("query-status")).toMatchObject({ status: "suspended" });
  // It is not dead, and so a wait has its limit and no other end.
  const wait = vm.serial.waitFor("woken", { timeoutMs: 700 });
  const error = await errorOf(wait, TimeoutError);
  expect(error.message).toContain("machine: suspended");
  expect(vm.findings).toEqual([]);
  await vm.verdict.checkAlive();
  const refused = await errorOf(vm.powerDown(), StateError);
  expect(refused.message).toContain("suspended");
  await vm.wakeUp();
  await vm.serial.waitFor("woken up", long);
  await vm.verdict.waitForEnd("to end", ({ kind }) => kind === "debug-exit", long);
  expect(vm.record().timeline.map(({ text }) => text)).toContain("suspended");
});

test("wakeUp() of a guest that runs is refused, and says what it needs", async () => {
  const vm = await boot({ kernel: await suspendingGuest(debugExit16), machine: "pc" });
  await vm.qmp.waitForEvent("SUSPEND", { since: 0, ...long });
  await vm.wakeUp();
  const error = await errorOf(vm.wakeUp(), StateError);
  expect(error.message).toMatch(/^wakeUp\(\) needs .*suspended/);
});

test("resets after a wake-up are counted one by one", async () => {
  const kernel = await suspendingGuest(reset16);
  const vm = await boot({ kernel, machine: "pc", onReset: "continue" });
  for (const _ of [1, 2, 3]) {
    const since = vm.qmp.mark();
    if (vm.state !== "suspended") await vm.qmp.waitForEvent("SUSPEND", { since, ...long });
    await vm.wakeUp();
    await vm.verdict.waitForReset(long);
  }
  expect(vm.exit).toBeUndefined();
});
