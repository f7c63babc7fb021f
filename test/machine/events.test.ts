/** The events of a machine, one after the other. */
import { expect, test } from "vitest";
import { GuestError, TimeoutError } from "../../harness/evidence/index.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels("power-off", "dead-halt", "spin");

test("a loop over them ends with the guest, after all that it did", async () => {
  const vm = await boot("power-off");
  const names: string[] = [];
  for await (const { event } of vm.qmp.events) names.push(event);
  const [first, second] = names.filter((name) => ["RESUME", "SHUTDOWN"].includes(name));
  expect([first, second]).toEqual(["RESUME", "SHUTDOWN"]);
  // QEMU does nothing behind that but stand still, or quit.
  const behind = names.slice(names.indexOf("SHUTDOWN") + 1);
  expect(behind.filter((name) => !["STOP", "SHUTDOWN"].includes(name))).toEqual([]);
  expect((await vm.exited).kind).toBe("power-off");
  expect(await vm.qmp.nextEvent({ since: vm.qmp.mark() })).toBeUndefined();
});

test("a loop over them ends when the machine is disposed", async () => {
  const vm = await boot("spin");
  const names: string[] = [];
  const loop = (async () => {
    for await (const { event } of vm.qmp.eventStream()) names.push(event);
  })();
  await vm.pause();
  await vm[Symbol.asyncDispose]();
  await loop;
  expect(names[0]).toBe("STOP");
});

test("waiting for the next one fails at once when the guest is provably dead", async () => {
  const vm = await boot("dead-halt");
  const error = await errorOf(
    (async () => {
      for await (const _ of vm.qmp.eventStream({ timeoutMs: soonMs }));
    })(),
    GuestError,
  );
  expect(error.finding?.kind).toBe("dead-halt");
  expect(error.message).toContain("while waiting for the next QMP event");
  expect(error.evidence).toBeDefined();
});

test("waiting for the next one has the machine's limit and evidence", async () => {
  const vm = await boot("spin");
  const stream = vm.qmp.eventStream({ timeoutMs: 50 });
  const error = await errorOf(stream.next(), TimeoutError);
  expect(error.message).toMatch(
    /^timed out after 50 ms \(timeoutMs\) waiting for the next QMP event\n/,
  );
  expect(error.evidence?.machine).toMatch(/^running/);
  expect(error.stack).toContain("test/machine/events.test.ts");
});
