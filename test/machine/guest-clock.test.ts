/** Machines on a virtual clock: the same run every time, and limits by the guest's own time. */
import { describe, expect, test } from "vitest";
import { SpecError, TimeoutError } from "../../harness/evidence/index.ts";
import {
  GuestClock,
  limitByGuestClock,
  type ReadableClock,
} from "../../harness/machine/guest-clock.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { matchers } from "../../harness/matchers/index.ts";
import { startWaitLimit, type WaitLimit } from "../../harness/wait/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { connectQemu } from "../qmp/peers.ts";
import { boot, errorOf, useKernels } from "./machines.ts";

useKernels("echo", "idle", "spin", "timestamps");

const clock = "virtual" as const;
const allStamps = /(?:time stamp \d+\n){3}/;

test("two runs are the same to the byte, the guest's time stamps included", async () => {
  const runs = [];
  for (const accelerator of ["auto", "tcg"] as const) {
    const vm = await boot("timestamps", { accelerator, clock });
    expect((await vm.exited).kind).toBe("power-off");
    runs.push(Buffer.from(vm.serial.bytes).toString("latin1"));
  }
  expect(runs[0]).toMatch(/^(?:time stamp \d+\r\n){3}$/);
  expect(runs[1]).toBe(runs[0]);
});

test("auto takes TCG for it and says so; the command that shows the same again has it", async () => {
  const vm = await boot("idle", { accelerator: "auto", clock });
  const { accelerator, reproduce } = vm.record();
  expect(accelerator).toEqual({
    requested: "auto",
    used: "tcg",
    why: "only TCG has a virtual clock",
  });
  expect(reproduce).toContain("-icount shift=0,sleep=off -rtc base=2026-01-01,clock=vm");
});

test.each(["kvm", "hvf"] as const)("%s is refused", async (accelerator) => {
  const error = await errorOf(boot("idle", { accelerator, clock }), SpecError);
  expect(error.message).toMatch(/^clock: got "virtual", which only TCG has, but "(kvm|hvf)" is/);
  expect(error.message).toContain('take accelerator "tcg", or clock "host"');
});

describe("the limit of a wait goes by the guest's time", () => {
  test("a guest that has used little of its own is given more", async () => {
    // It takes 80 ms of its own time, and several times as much of everybody else's.
    const vm = await boot("timestamps", { clock });
    expect((await vm.serial.waitFor(allStamps, { timeoutMs: 200 })).text).toMatch(allStamps);
  });

  const waits: readonly (readonly [string, (vm: Machine) => Promise<unknown>])[] = [
    ["output", (vm) => vm.serial.waitFor("never", { timeoutMs: 20 })],
    ["an end", (vm) => vm.verdict.waitForEnd("to end", () => true, { timeoutMs: 20 })],
    ["an event", (vm) => vm.qmp.waitForEvent("DEVICE_DELETED", { timeoutMs: 20 })],
  ];
  test.each(waits)("a wait for %s", async (_, wait) => {
    const vm = await boot("spin", { clock });
    const error = await errorOf(wait(vm), TimeoutError);
    expect(error.message).toMatch(/^timed out after 20 ms \(timeoutMs, by the guest's clock\)/);
    expect(error.message).toMatch(/\n {2}meanwhile \d+ ms passed for the guest, \d+ ms here/);
  });

  test("a guest that idles far ahead has its time here at least", async () => {
    const vm = await boot("idle", { clock });
    await vm.serial.waitFor("idle");
    const startMs = performance.now();
    const error = await errorOf(vm.serial.waitFor("never", { timeoutMs: 200 }), TimeoutError);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(199);
    expect(error.message).toContain("(timeoutMs, by the guest's clock)");
  });

  test("but by the wall clock where that is asked for", async () => {
    const vm = await boot("spin", { clock });
    const options = { timeoutMs: 20, clock: "host" } as const;
    const output = await errorOf(vm.serial.waitFor("never", options), TimeoutError);
    const end = await errorOf(
      vm.verdict.waitForEnd("to end", () => true, options),
      TimeoutError,
    );
    const event = await errorOf(vm.qmp.waitForEvent("DEVICE_DELETED", options), TimeoutError);
    const prompt = "never";
    const command = await errorOf(vm.serial.command("x", { prompt, ...options }), TimeoutError);
    const typed = await errorOf(vm.serial.type("x", { echo: true, ...options }), TimeoutError);
    const call = { isNot: false };
    const matched = [
      await errorOf(matchers.toPrint(call, vm.serial, "never", options), TimeoutError),
      await errorOf(matchers.toShowText(call, vm.serial.terminal, "x", options), TimeoutError),
      await errorOf(matchers.toPowerOff(call, vm, options), TimeoutError),
      await errorOf(matchers.toEmitEvent(call, vm, "DEVICE_DELETED", options), TimeoutError),
    ];
    for (const { message } of [output, end, event, command, typed, ...matched]) {
      expect(message).toMatch(/^timed out after 20 ms \(timeoutMs\) waiting for/);
    }
  });

  test("a guest that executes nothing is not waited for by a clock that stands", async () => {
    const vm = await boot("echo", { clock });
    await vm.serial.waitFor("> ");
    await vm.pause();
    const error = await errorOf(vm.serial.waitFor("never", { timeoutMs: 50 }), TimeoutError);
    expect(error.message).toContain(
      "(timeoutMs, by the wall clock, because the guest executes nothing)",
    );
    expect(error.message).toContain("meanwhile 0 ms passed for the guest");
  });

  test("many waits at once are one question, and leave room for others", async () => {
    const vm = await boot("spin", { clock });
    const waits = Array.from({ length: 600 }, () => vm.serial.waitFor(/./s));
    expect((await vm.qmp.execute("query-status")).status).toBe("running");
    await vm.kill();
    for (const { status } of await Promise.allSettled(waits)) expect(status).toBe("rejected");
  });

  test("time in which the machine is paused is not the guest's", async () => {
    const vm = await boot("spin", { clock });
    await vm.pause();
    const guestClock = new GuestClock(vm.qmp);
    const before = await guestClock.read();
    await errorOf(vm.serial.waitFor("never", { timeoutMs: 50 }), TimeoutError);
    expect(await guestClock.read()).toEqual(before);
    await vm.resume();
    const error = await errorOf(vm.serial.waitFor("never", { timeoutMs: 20 }), TimeoutError);
    const [, usedMs] = /meanwhile (\d+) ms passed for the guest/.exec(error.message) ?? [];
    expect(Number(usedMs)).toBeGreaterThanOrEqual(19);
    const after = await guestClock.read();
    expect(Number(after?.instructions)).toBeGreaterThan(Number(before?.instructions));
  });
});

describe("where the guest's clock does not decide", () => {
  /** A clock that has gone so far at each look. */
  function clockOf(...readings: (number | undefined)[]): ReadableClock {
    let instructions = 0;
    return {
      read: async () => {
        const reading = readings.length > 1 ? readings.shift() : readings[0];
        instructions += 1;
        return reading === undefined
          ? undefined
          : { leastMs: reading, mostMs: reading, instructions };
      },
    };
  }

  async function passed(limit: WaitLimit, readable: ReadableClock) {
    const { limitMs, name } = await new Promise<WaitLimit>((resolve) => {
      startWaitLimit(limitByGuestClock(() => limit, readable)(undefined), resolve);
    });
    return { limitMs, name };
  }

  test("what is left of the test ends the wait, and is named", async () => {
    const most = { limitMs: 50, name: "what is left of the test" };
    const limit = { limitMs: 10, name: "timeoutMs", most };
    expect(await passed(limit, clockOf(0, 1))).toEqual(most);
    expect(await passed({ ...most, most }, clockOf(0, 1))).toEqual(most);
  });

  test("a QEMU that does not tell it leaves the wall clock", async () => {
    const limit = { limitMs: 10, name: "the default" };
    for (const clock of [clockOf(undefined), clockOf(5, undefined)]) {
      expect(await passed(limit, clock)).toEqual({
        limitMs: 10,
        name: "the default, by the wall clock, because QEMU does not tell the guest's",
      });
    }
  });

  test("a QEMU that hangs does not hold a wait up", async () => {
    const limit = { limitMs: 10, name: "timeoutMs" };
    const { client, process } = await connectQemu({ timeoutMs: 50 });
    process.kill("SIGSTOP");
    expect((await passed(limit, new GuestClock(client))).name).toBe(
      "timeoutMs, by the wall clock, because QEMU does not tell the guest's",
    );
    const silent = { read: () => Promise.withResolvers<undefined>().promise };
    const most = { limitMs: 50, name: "what is left of the test" };
    expect(await passed({ ...limit, most }, silent)).toEqual(most);
  });

  test("the guest is waited for until its time is up", async () => {
    const limit = { limitMs: 10, name: "timeoutMs" };
    const name = "timeoutMs, by the guest's clock";
    expect(await passed(limit, clockOf(100, 101, 101, 109, 110))).toEqual({ limitMs: 10, name });
  });

  test("no limit stays none", () => {
    const none = { limitMs: Number.POSITIVE_INFINITY, name: "none" };
    expect(limitByGuestClock(() => none, clockOf(0))(undefined)).toBe(none);
  });
});

test("its arguments are its own", async () => {
  for (const qemuArguments of [
    ["-icount", "auto"],
    ["-rtc", "base=utc"],
  ]) {
    const kernel = kernelPath("idle");
    const error = await errorOf(boot({ kernel, clock, qemuArguments }), SpecError);
    expect(error.message).toBe(
      `qemuArguments[0]: ${qemuArguments[0]} collides with the harness's own; ` +
        'clock: "virtual" sets it; clock: "host" leaves it to you',
    );
  }
});
