/** Every call in every state, and the ways out of each. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GuestError, SpecError, StateError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { Lifecycle, type MachineState } from "../../harness/machine/lifecycle.ts";
import { boot, errorOf, privateDirectoryOf, qemuOf, soonMs, useKernels } from "./machines.ts";

useKernels("echo", "hello", "idle", "power-off", "spin");

const calls = {
  "pause()": (vm: Machine) => vm.pause(),
  "resume()": (vm: Machine) => vm.resume(),
  "reset()": (vm: Machine) => vm.reset(),
  "powerDown()": (vm: Machine) => vm.powerDown(),
  "kill()": (vm: Machine) => vm.kill(),
  "writing to serial0": (vm: Machine) => vm.serial.write("x"),
};
type Call = keyof typeof calls;

describe("a call that the state does not allow", () => {
  test.each<[MachineState, readonly Call[]]>([
    ["running", ["resume()"]],
    ["paused", ["pause()", "powerDown()"]],
    ["ended", ["pause()", "resume()", "reset()", "powerDown()", "writing to serial0"]],
    ["disposed", Object.keys(calls) as Call[]],
  ])("%s", async (state, refused) => {
    const vm = await boot("echo");
    if (state === "paused") await vm.pause();
    if (state === "ended") await vm.kill();
    if (state === "disposed") await vm[Symbol.asyncDispose]();
    expect(vm.state).toBe(state);
    for (const call of refused) {
      const error = await errorOf(calls[call](vm), StateError);
      const [first] = error.message.split("\n", 1);
      expect(first).toMatch(new RegExp(`^${call.replace("()", "\\(\\)")} needs the state `));
      expect(first).toContain(`but this is ${state}`);
      expect(error.evidence?.directory).toBeDefined();
      expect(vm.state).toBe(state);
    }
  });
});

describe("a call that it allows", () => {
  test("running, paused, and back", async () => {
    const vm = await boot("echo");
    await vm.serial.waitFor("> ");
    await vm.pause();
    expect(vm.state).toBe("paused");
    expect((await vm.qmp.execute("query-status")).status).toBe("paused");
    await vm.serial.writeLine("while paused");
    await vm.resume();
    expect(vm.state).toBe("running");
    await vm.serial.waitFor("you said: while paused");
    await vm.powerDown();
    expect(vm.state).toBe("running");
  });

  test("paused, reset, and still paused", async () => {
    const vm = await boot("hello");
    await vm.serial.waitFor("Hello");
    await vm.pause();
    await vm.reset();
    expect(vm.state).toBe("paused");
    await vm.resume();
    await vm.serial.waitFor("Hello");
  });

  test("killed while paused", async () => {
    const vm = await boot("echo");
    await vm.pause();
    await vm.kill();
    expect(vm.exit).toMatchObject({ kind: "killed", by: "kill()" });
    await vm.verdict.checkAlive();
  });

  test("killed twice, and after it has ended by itself: the first end counts", async () => {
    const vm = await boot("power-off");
    await vm.exited;
    await Promise.all([vm.kill(), vm.kill()]);
    expect(vm.exit?.kind).toBe("power-off");
    expect(vm.state).toBe("ended");
  });

  test("ended machines answer questions until they are disposed", async () => {
    const vm = await boot("power-off", { exitDevice: false });
    await vm.exited;
    expect((await vm.qmp.execute("query-status")).status).toBe("shutdown");
    const wait = vm.qmp.waitForEvent("RESUME");
    expect((await errorOf(wait, GuestError)).exit?.kind).toBe("power-off");
  });

  test("one with an exit device, too, or it says why not; waits fail alike", async () => {
    const vm = await boot("power-off");
    await vm.exited;
    const answer = await vm.qmp.execute("query-status").then(
      ({ status }) => status,
      ({ message }: Error) => message.split("\n", 2).join(" "),
    );
    expect(answer).toMatch(
      /^shutdown$|^QMP query-status needs the state ready, but .* with exitDevice: false a machine/,
    );
    const wait = await errorOf(vm.qmp.waitForEvent("RESUME"), GuestError);
    expect(wait.exit?.kind).toBe("power-off");
    expect(wait.message).toMatch(/^power-off at .*\n {2}while waiting for QMP event RESUME/);
  });
});

describe("dispose", () => {
  test("leaves nothing but evidence, once", async () => {
    const vm = await boot("idle");
    const pid = qemuOf(vm);
    const directory = privateDirectoryOf(vm);
    const [first, second] = [vm[Symbol.asyncDispose](), vm[Symbol.asyncDispose]()];
    expect(second).toBe(first);
    await first;
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(vm.record().directory)).toBe(true);
    expect(vm.exit).toMatchObject({ kind: "killed", by: "dispose" });
    await vm.verdict.checkAlive();
  });

  test("ends whatever waits", async () => {
    const vm = await boot("spin");
    const waits = [
      vm.serial.waitFor("x"),
      vm.exited,
      vm.verdict.waitForEnd("to power off", ({ kind }) => kind === "power-off"),
      vm.qmp.waitForEvent("RESET"),
    ];
    const ends = Promise.allSettled(waits);
    await vm[Symbol.asyncDispose]();
    const [serial, exited, end, event] = await ends;
    expect(exited).toMatchObject({ status: "fulfilled", value: { kind: "killed", by: "dispose" } });
    for (const result of [serial, end, event]) {
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(GuestError) });
    }
  });

  test("while calls are under way fails them, with evidence", async () => {
    const vm = await boot("spin");
    const call = vm.qmp.execute("human-monitor-command", { "command-line": "info mtree" });
    const settled = Promise.allSettled([call, vm.pause(), vm.reset()]);
    await vm[Symbol.asyncDispose]();
    for (const result of await settled) {
      if (result.status === "rejected") expect(result.reason.evidence).toBeDefined();
    }
  });

  test("with `await using`", async () => {
    let pid = 0;
    {
      await using vm = await boot("idle");
      pid = qemuOf(vm);
      await vm.serial.waitFor("idle", { timeoutMs: soonMs });
    }
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});

describe("exited", () => {
  test("is one wait, however often it is read, and a new one after a dead halt", async () => {
    const vm = await boot("hello");
    const first = vm.exited;
    expect(vm.exited).toBe(first);
    await errorOf(first, GuestError);
    const again = vm.exited;
    expect(again === first).toBe(false);
    await errorOf(again, GuestError);
    const last = vm.exited;
    await vm.kill();
    expect(await last).toMatchObject({ kind: "killed" });
    expect(vm.exited).toBe(last);
  });

  test("is the same end for everybody, and judged by who reads its kind", async () => {
    const vm = await boot("power-off");
    const [one, two] = await Promise.all([vm.exited, vm.exited]);
    expect(one).toEqual(two);
    expect(JSON.parse(JSON.stringify(one))).toEqual(vm.exit);
  });
});

describe("the state machine itself", () => {
  const states: readonly MachineState[] = ["starting", "running", "paused", "ended", "disposed"];

  test("takes no way back", () => {
    const taken = states.map((from) => {
      const reachable = states.filter((to) => {
        const lifecycle = new Lifecycle(() => {});
        if (from !== "starting") lifecycle.enter(from);
        return lifecycle.enter(to);
      });
      return [from, reachable.join(" ")];
    });
    expect(Object.fromEntries(taken)).toEqual({
      starting: "running paused ended disposed",
      running: "paused ended disposed",
      paused: "running ended disposed",
      ended: "disposed",
      disposed: "",
    });
  });

  test("tells of each change once", () => {
    const seen: string[] = [];
    const lifecycle = new Lifecycle((state) => seen.push(state));
    for (const state of ["running", "running", "ended", "paused"] as const) lifecycle.enter(state);
    expect(seen).toEqual(["running", "ended"]);
  });
});

test.each([Number.NaN, -1])("a wait for the end takes no limit of %s", async (timeoutMs) => {
  const vm = await boot("idle");
  const error = await errorOf(
    vm.verdict.waitForEnd("to end", () => true, { timeoutMs }),
    SpecError,
  );
  expect(error.message).toContain(`timeoutMs: takes milliseconds, 0 or more, or Infinity`);
});
