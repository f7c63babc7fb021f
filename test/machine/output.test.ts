/** What guests print arrives, all of it, in whatever way they print it. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GuestError, StateError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels(
  ...["boot-sector", "burst", "debug-console", "echo", "flood", "garbage", "hello", "prompt"],
  ...["slow", "power-off"],
);

const soon = { timeoutMs: soonMs };

describe("burst: 50,001 bytes from a guest that does not ask the port", () => {
  const all = `${Array.from({ length: 5000 }, (_, number) => `line ${`${number}`.padStart(4, "0")}\n`).join("")}\n`;

  async function receive(vm: Machine): Promise<string> {
    await vm.serial.waitFor("line 4999\n\n", soon);
    return Buffer.from(vm.serial.bytes).toString("latin1");
  }

  test("while somebody listens", async () => {
    const vm = await boot("burst");
    expect(await receive(vm)).toBe(all);
  });

  test("while this process is busy with something else for 300 ms", async () => {
    const vm = await boot("burst");
    const until = performance.now() + 300;
    while (performance.now() < until);
    expect(await receive(vm)).toBe(all);
    const [log] = vm.record().files;
    expect(readFileSync(log?.path ?? "", "latin1")).toBe(all);
  });
});

test("flood: a guest that never stops does not keep anybody from anything", async () => {
  const vm = await boot("flood");
  await vm.serial.waitFor(/flood 1000\n/, soon);
  await vm.pause();
  expect((await vm.qmp.execute("query-status")).status).toBe("paused");
  await vm.resume();
  await vm.serial.waitFor(/flood 2000\n/, soon);
  await vm.kill();
  expect(vm.exit).toMatchObject({ kind: "killed", by: "kill()" });
});

test("slow: a guest that is silent for a while is not dead", async () => {
  const vm = await boot("slow");
  const { before } = await vm.serial.waitFor("after the silence", soon);
  expect(before).toBe("before the silence\n");
  expect(vm.findings).toEqual([]);
});

test("garbage: every byte value is kept as it came", async () => {
  const vm = await boot("garbage");
  await vm.serial.waitFor("garbage ends", soon);
  const bytes = Buffer.from(vm.serial.bytes);
  const start = bytes.indexOf("garbage begins\r\n") + 16;
  expect([...bytes.subarray(start, start + 256)]).toEqual([...Array(256).keys()]);
  expect(JSON.parse(JSON.stringify(vm.record()))).toEqual(vm.record());
});

test("prompt: a line that never ends is matched, and answered", async () => {
  const vm = await boot("prompt");
  await vm.serial.waitFor(/login: $/, soon);
  await vm.serial.write("root");
  await vm.serial.waitFor("root", soon);
});

test("echo: a conversation, to its end", async () => {
  const vm = await boot("echo");
  await vm.serial.waitFor("> ", soon);
  await vm.serial.writeLine("hello");
  await vm.serial.waitFor("you said: hello\n> ", soon);
  await vm.serial.writeLine("quit");
  expect(await vm.exited).toMatchObject({ kind: "power-off" });
  const late = await errorOf(vm.serial.write("more"), StateError);
  expect(late.message).toMatch(
    /^writing to serial0 needs the state starting or running or paused or suspended, but this is ended \(power-off/,
  );
  expect(late.evidence?.exit?.kind).toBe("power-off");
});

describe("the debug console", () => {
  test("is a port of its own", async () => {
    const vm = await boot("debug-console", { debugConsole: true });
    await vm.debugConsole?.waitFor("Hello from the debug console\n", soon);
    await vm.serial.waitFor("Hello from the serial console\n", soon);
    expect(vm.serialPorts).toEqual([vm.serial]);
    expect(vm.record().serial.map(({ port }) => port)).toEqual(["serial0", "debug-console"]);
  });

  test("is not there unless asked for", async () => {
    const vm = await boot("debug-console");
    await vm.serial.waitFor("Hello from the serial console\n", soon);
    expect(vm.debugConsole).toBeUndefined();
  });
});

test("several serial ports: the kernel prints on the first one, and each has its log", async () => {
  const vm = await boot("hello", { serialPorts: ["console", "log"] });
  await vm.serial.waitFor("Hello", soon);
  expect(vm.serialPorts.map(({ name }) => name)).toEqual(["console", "log"]);
  expect(vm.serialPorts[1]?.text).toBe("");
  const names = vm.record().files.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["console.log", "log.log"]));
});

describe("images of every kind say hello", () => {
  test.each([
    ["PVH", kernelPath("hello"), "Hello from x86_64 (PVH)"],
    ["Multiboot", kernelPath("hello", "i386"), "Hello from i386 (Multiboot)"],
    [
      "a 64-bit ELF with a Multiboot header, which QEMU itself refuses",
      kernelPath("multiboot64"),
      "Hello from x86_64 (Multiboot)",
    ],
    ["boot sector", kernelPath("boot-sector", "bios"), "Hello from the boot sector"],
  ])("%s", async (_, kernel, text) => {
    const vm = await boot({ kernel });
    await vm.serial.waitFor(text, soon);
    expect(vm.record().kernel?.path).toBe(kernel);
  });

  test("on qemu-system-i386", async () => {
    const vm = await boot({ kernel: kernelPath("hello", "i386"), arch: "i386" });
    await vm.serial.waitFor("Hello from i386 (Multiboot)", soon);
    expect(vm.record().arch).toBe("i386");
  });

  test("with memory in bytes", async () => {
    const vm = await boot("hello", { memory: 33_554_432 });
    await vm.serial.waitFor("Hello", soon);
    const { "base-memory": bytes } = await vm.qmp.execute("query-memory-size-summary");
    expect(bytes).toBe(33_554_432);
  });
});

test("a wait for what a guest said before it ended is satisfied, and the next one fails", async () => {
  const vm = await boot("power-off");
  await vm.exited;
  await vm.serial.waitFor("switching off");
  const error = await errorOf(vm.serial.waitFor("more"), GuestError);
  expect(error.exit?.kind).toBe("power-off");
});
