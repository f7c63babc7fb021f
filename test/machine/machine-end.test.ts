/** The end of a machine takes every step, whichever of them fails. */
import { expect, test } from "vitest";
import type { GuestWatch } from "../../harness/machine/guest-watch.ts";
import { MachineEnd } from "../../harness/machine/machine-end.ts";
import type { MachineParts } from "../../harness/machine/machine-parts.ts";

const steps = [
  "QEMU is killed",
  "QMP closes",
  "the port log closes",
  "the port console closes",
  "the state is entered",
  "the evidence is written",
  "the private directory goes",
] as const;
type Step = (typeof steps)[number];

/** What the end of a machine needs, with every step on record; those of `failing` throw. */
function machineEnd(failing: readonly Step[]): { end: MachineEnd; taken: Step[] } {
  const taken: Step[] = [];
  const step = (name: Step) => {
    taken.push(name);
    if (failing.includes(name)) throw new Error(`not so: ${name}`);
  };
  const portOf = (name: "console" | "log") => ({
    port: { name },
    close: () => step(`the port ${name} closes`),
  });
  const watch = {
    ports: [portOf("console"), portOf("log")],
    sampler: { stop: () => {} },
    endWatch: { kill: () => step("QEMU is killed"), settled: async () => {} },
    lifecycle: { enter: () => step("the state is entered") },
    chronicle: { write: () => step("the evidence is written") },
  };
  const parts = {
    child: { ended: Promise.resolve() },
    qmp: { close: () => step("QMP closes") },
    remove: async () => step("the private directory goes"),
  };
  const end = new MachineEnd(parts as never as MachineParts, watch as never as GuestWatch);
  return { end, taken };
}

test("takes every step once, in this order", async () => {
  const { end, taken } = machineEnd([]);
  await Promise.all([end.dispose(), end.dispose()]);
  expect(taken).toEqual(steps);
});

test.for(steps)("whatever fails, as here: %s", async (failing) => {
  const { end, taken } = machineEnd([failing]);
  await expect(end.dispose()).rejects.toThrow(`not so: ${failing}`);
  expect(taken).toEqual(steps);
});

test("and tells of every failure", async () => {
  const { end, taken } = machineEnd(steps);
  await expect(end.dispose()).rejects.toThrow(
    /^7 clean-ups failed: QEMU: .*; QMP: not so: QMP clo/,
  );
  expect(taken).toEqual(steps);
});
