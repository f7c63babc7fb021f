/** Guests that flood their ports: memory, log and verdict have limits, and nothing stands still. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { GuestError, SpecError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import type { SerialPort } from "../../harness/serial/index.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels("debug-flood", "flood", "ports");

const soon = { timeoutMs: soonMs };

function logOf(vm: Machine, port = "serial0"): string {
  return join(vm.record().directory, `${port}.log`);
}

/** What the kernel `flood` prints. */
function flood(sizeBytes: number): string {
  let text = "";
  for (let number = 0; text.length < sizeBytes; number += 1) text += `flood ${number}\r\n`;
  return text.slice(0, sizeBytes);
}

describe("flood", () => {
  test("memory keeps the newest, text says what it left out, and the log has it all", async () => {
    const keptCharacters = 5_000;
    const vm = await boot("flood", {}, { portLimits: { keptCharacters } });
    const { atMs, before } = await vm.serial.waitFor("flood 9999\n", soon);
    expect(atMs).toBeGreaterThan(0);
    expect(before).toMatch(/^\[\d+ characters left out: see the log\]\n/);
    await vm.pause();
    await vm.serial.waitFor(/flood \d+\n/, soon);
    const { bytes, end, omittedBytes, text } = vm.serial;
    const [, omitted = "", kept = ""] =
      /^\[(\d+) characters left out: see the log\]\n([\s\S]*)$/.exec(text) ?? [];
    expect(Number(omitted)).toBe(end - keptCharacters);
    expect(kept).toHaveLength(keptCharacters);
    expect(bytes).toHaveLength(keptCharacters);
    const log = readFileSync(logOf(vm), "latin1");
    expect(log).toBe(flood(log.length));
    expect(log).toHaveLength(omittedBytes + keptCharacters);
    // A guest paused between \r and \n has ended its line all the same.
    expect(log.replaceAll(/\r\n?/g, "\n").slice(-keptCharacters)).toBe(kept);
  });

  test("the log is complete up to its limit, and then the guest is stopped, and why is said", async () => {
    const logBytes = 128 * 1024;
    const vm = await boot("flood", {}, { portLimits: { logBytes } });
    const error = await errorOf(vm.serial.waitFor("never", soon), GuestError);
    const by = "the limit of 0.125 MiB for the log of serial0";
    expect(error.exit).toMatchObject({ kind: "killed", by });
    expect(error.message.split("\n", 1)[0]).toContain(by);
    expect(await vm.exited).toMatchObject({ kind: "killed", by });
    expect(readFileSync(logOf(vm), "latin1")).toBe(flood(logBytes));
    await expect(vm.verdict.checkAlive()).resolves.toBeUndefined();
  });

  test("and a test that nothing else has failed fails of that", async () => {
    const vm = await boot("flood", {}, { portLimits: { logBytes: 4_096 } });
    await vm.exited;
    expect((await errorOf(vm.verdict.checkAlive(), GuestError)).message).toContain(
      "for the log of serial0",
    );
    expect(statSync(logOf(vm)).size).toBe(4_096);
  });

  test("nothing is lost while nobody reads for longer than the FIFO has room", async () => {
    const vm = await boot("flood");
    await vm.serial.waitFor("flood 100\n", soon);
    // At 100 KB a second and more, this fills 64 KiB.
    const untilMs = performance.now() + 1_500;
    while (performance.now() < untilMs);
    await vm.serial.waitFor("flood 10000\n", soon);
    const log = readFileSync(logOf(vm), "latin1");
    expect(log).toBe(flood(log.length));
  });

  test("input that the guest never takes holds up neither output nor QMP nor the end", async () => {
    const vm = await boot("flood");
    const typed = errorOf(vm.serial.write("x".repeat(1024 * 1024)), GuestError);
    await vm.serial.waitFor("flood 5000\n", soon);
    expect((await vm.qmp.execute("query-status")).status).toBe("running");
    await vm.serial.waitFor("flood 6000\n", soon);
    await vm.kill();
    expect((await typed).exit?.kind).toBe("killed");
  });

  test("of the debug console, where QEMU itself stands still while the FIFO is full", async () => {
    const vm = await boot("debug-flood", { debugConsole: true });
    const port = vm.debugConsole as SerialPort;
    await port.waitFor("debug 000001000\n", soon);
    const untilMs = performance.now() + 1_000;
    while (performance.now() < untilMs);
    expect((await vm.qmp.execute("query-status")).status).toBe("running");
    await port.waitFor(/debug 00001\d+\n/, soon);
    await vm.pause();
    const lines = readFileSync(logOf(vm, "debug-console"), "latin1").split("\n").slice(0, -1);
    expect(
      lines.findIndex((line, number) => line !== `debug ${`${number}`.padStart(9, "0")}`),
    ).toBe(-1);
    await vm.kill();
  });

  test("lines come with times that never go back", async () => {
    const vm = await boot("flood");
    let [count, lastMs] = [0, 0];
    for await (const { atMs, omitted, text } of vm.serial.lines(soon)) {
      expect([text, omitted]).toEqual([`flood ${count}`, 0]);
      expect(atMs).toBeGreaterThanOrEqual(lastMs);
      lastMs = atMs;
      count += 1;
      if (count === 3_000) break;
    }
    expect(lastMs).toBeLessThan(Date.now() - (vm.startedAt?.getTime() ?? Number.NaN) + 1_000);
    expect((await vm.serial.waitFor(/flood \d+\n/, soon)).text).toBe("flood 3000\n");
  });
});

describe("several ports at once", () => {
  test.each([[["console", "log"]], [["first", "second", "third", "fourth"]]])(
    "%j: each prints its own, and is found by its name",
    async (serialPorts) => {
      const vm = await boot("ports", { serialPorts });
      const done = serialPorts.map((name, index) =>
        vm.serialPort(name).waitFor(`port ${index} is done after 1000\n`, soon),
      );
      await Promise.all(done);
      for (const [index, name] of serialPorts.entries()) {
        const port = vm.serialPort(name);
        expect(port).toBe(vm.serialPorts[index]);
        const own = port.printedLines.filter(({ text }) => text.startsWith(`port ${index}: line `));
        expect(own.map(({ text }) => text)).toEqual(
          Array.from({ length: 1000 }, (_, number) => `port ${index}: line ${number}`),
        );
        expect(readFileSync(logOf(vm, name), "latin1")).toContain(`port ${index}: line 999\r\n`);
      }
      expect(() => vm.serialPort("serial0")).toThrow(SpecError);
      expect(() => vm.serialPort("serial0")).toThrow(
        `serialPorts: has no port "serial0"; this machine has ${serialPorts.map((name) => `"${name}"`).join(", ")}`,
      );
    },
  );
});
