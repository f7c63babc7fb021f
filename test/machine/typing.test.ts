/** What is typed to real guests, and what they make of it. */
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";

useKernels("echo", "late-reader", "shell", "sink", "small-buffer");

const soon = { timeoutMs: soonMs };
const prompt = { prompt: /^shell\$ $/, ...soon };

describe("commands of a shell", () => {
  async function run(vm: Machine, ...lines: string[]): Promise<string[]> {
    const outputs: string[] = [];
    for (const line of lines) outputs.push(await vm.serial.command(line, prompt));
    return outputs;
  }

  test.each(["on", "off", "twice", "bold", "again"])("with its echo %s", async (echo) => {
    const vm = await boot("shell");
    await run(vm, `echo ${echo}`);
    const long = `say ${"a line that reaches over the right margin, twice; ".repeat(3)}end`;
    const lines = ["say hello", "", "say say hello", "what", "prompts", "slow", long];
    expect(await run(vm, ...lines)).toEqual([
      "hello",
      "",
      "say hello",
      "what: no such command",
      "shell$ \nshell$ prompts\nno shell$ here",
      "first\nsecond",
      long.slice(4),
    ]);
    const unended = { ...prompt, prompt: "shell$ " };
    expect(await vm.serial.command("print no line end", unended)).toBe("no line end");
    expect(vm.serial.text.slice(vm.serial.cursor)).toBe("");
  });

  test("are typed one after the other, however they are asked for", async () => {
    const vm = await boot("shell");
    const numbers = ["1", "2", "3", "4"];
    const outputs = numbers.map((number) => vm.serial.command(`say ${number}`, prompt));
    expect(await Promise.all(outputs)).toEqual(numbers);
  });

  test("fail with the guest", async () => {
    const vm = await boot("shell");
    const off = await errorOf(vm.serial.command("quit", prompt), GuestError);
    expect(off.exit?.kind).toBe("power-off");
    expect(off.evidence?.serial[0]?.lines).toEqual(["shell$ quit"]);
    const dying = await boot("shell");
    const panic = await errorOf(dying.serial.command("panic", prompt), GuestError);
    expect(panic.message).toMatch(/^panic: panic: as you wish/);
    const forgiven = { ...prompt, failOn: [] };
    const calm = await boot("shell");
    expect(await calm.serial.command("panic", forgiven)).toBe("panic: as you wish");
  });

  test("and a password, which is not echoed", async () => {
    const vm = await boot("shell");
    await vm.serial.waitFor("shell$ ", soon);
    await vm.serial.type("password\r", soon);
    await vm.serial.waitFor("Password: ", soon);
    await vm.serial.type("secret\r", soon);
    await vm.serial.waitFor("6 characters\n", soon);
    expect(vm.serial.text).not.toContain("secret");
  });
});

test("echo: keys are typed as a person does", async () => {
  const vm = await boot("echo");
  await vm.serial.waitFor("> ", soon);
  await vm.serial.type("hellp", { echo: true, ...soon });
  await vm.serial.press("backspace");
  await vm.serial.type("o\r", { echo: true, ...soon });
  await vm.serial.waitFor("you said: hello\n> ", soon);
  expect(await vm.serial.command("again", { prompt: /^> $/, ...soon })).toBe("you said: again");
});

describe("a file", () => {
  async function sendToSink(commandLine: string, sizeBytes: number): Promise<void> {
    const vm = await boot("sink", { commandLine });
    await vm.serial.waitFor("how many bytes? ", soon);
    await vm.serial.writeLine(`${sizeBytes}`);
    await vm.serial.waitFor("go\n", soon);
    // The same bytes every time, and every value among them.
    const bytes = Uint8Array.from({ length: sizeBytes }, (_, index) => (index * index * 31) >> 3);
    await vm.serial.sendFile(bytes, { echo: false, ...soon });
    const { match } = await vm.serial.waitFor(/crc 0x(\w+)\n/, { timeoutMs: 150_000 });
    expect(Number.parseInt(match?.[1] ?? "", 16)).toBe(crc32(bytes));
  }

  // More than the FIFO between bringup and QEMU holds; a loaded host takes seconds for it.
  const slow = { timeout: 180_000 };

  test("arrives whole at a UART of 16 bytes that is read in bursts", slow, async () => {
    await sendToSink("fifo=1", 100_000);
  });

  test("arrives whole at a UART that holds one byte", slow, async () => {
    await sendToSink("fifo=0", 10_000);
  });

  test("arrives whole at a guest that drops what it cannot keep, by its echo alone", async () => {
    const text = new TextEncoder().encode("0123456789abcdef".repeat(100));
    async function droppedOf(echo: boolean): Promise<number> {
      const vm = await boot("small-buffer");
      await vm.serial.waitFor("ready\n", soon);
      await vm.serial.sendFile(text, { echo, ...soon });
      await vm.serial.write("\n");
      const { match } = await vm.serial.waitFor(/dropped: (\d+)\n/, soon);
      return Number(match?.[1]);
    }
    expect(await droppedOf(true)).toBe(0);
    expect(await droppedOf(false)).toBeGreaterThan(0);
  });
});

describe("input that comes before the guest is ready", () => {
  async function echoOf(commandLine: string): Promise<string> {
    const vm = await boot("late-reader", { commandLine });
    await vm.serial.waitFor("starting\n", soon);
    await vm.serial.write("early");
    await vm.serial.waitFor("ready: ", soon);
    await vm.serial.write("!");
    return (await vm.serial.waitFor(/[a-z]*!/, soon)).text;
  }

  test("waits for it", async () => {
    expect(await echoOf("")).toBe("early!");
  });

  test("is lost, as far as the port holds it, where the guest sets its port up anew", async () => {
    expect(await echoOf("clear=1")).toMatch(/^(?:arly|rly|ly|y|)!$/);
  });
});
