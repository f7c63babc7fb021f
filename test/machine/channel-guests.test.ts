/** The hints of failed waits, with real guests that talk where nobody listens. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BringupError, TimeoutError } from "../../harness/evidence/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("debug-console", "hello", "spin", "vga-text");

const short = { timeoutMs: 700 };

/** The hints of a wait that must fail: of its limit, or of a guest that has halted for good. */
async function hintsOf(wait: Promise<unknown>): Promise<readonly string[]> {
  const error = await errorOf(wait, BringupError);
  const hints = error.evidence?.hints ?? [];
  for (const hint of hints) expect(error.message).toContain(`\n  hint: ${hint}\n`);
  return hints;
}

test("the debug console has it, the port has another line, and neither has a third", async () => {
  const vm = await boot("debug-console", { debugConsole: true, machine: "pc" });
  await vm.serial.waitFor("serial console", { timeoutMs: soonMs });
  expect(await hintsOf(vm.serial.waitFor(/from the debug \w+/, short))).toEqual([
    'serial0 has not got it; debug-console has printed it: "Hello from the debug console" ' +
      "(vm.debugConsole)",
  ]);
  expect(await hintsOf(vm.serial.waitFor("login: ", short))).toEqual([]);
  // It has come before: the nearest line says so.
  expect(await hintsOf(vm.serial.waitFor("serial console", short))).toEqual([]);
});

test("the screen has it, and is shown", async () => {
  const kernel = kernelPath("vga-text", "i386");
  const vm = await boot({ kernel, commandLine: "seconds=9" });
  await vm.screen.waitForText("First OS", { timeoutMs: soonMs });
  const error = await errorOf(vm.serial.waitFor("First OS", short), TimeoutError);
  expect(error.message).toContain(
    '\n  hint: serial0 printed nothing; the screen shows it: " First OS" (vm.screen)\n',
  );
  expect(error.message).toMatch(/\| +ready in \d s/);
});

test("a silent PC may print on port 0xE9, or on another UART", async () => {
  const vm = await boot({ kernel: kernelPath("spin", "i386"), machine: "pc" });
  const hints = await hintsOf(vm.serial.waitFor("Hello", short));
  expect(hints).toEqual([
    expect.stringContaining("give debugConsole: true"),
    expect.stringContaining('serialPorts: ["serial0", "serial1"]'),
  ]);
});

/** A vector table, and code at 0x40: puts `r0` and calls, or not; then it stays there. */
function microcontroller(...halfwords: number[]): Buffer {
  const image = Buffer.alloc(0x60);
  const vectors = [0x2000_1000, 0x41, ...Array.from({ length: 14 }, () => 0x51)];
  for (const [index, vector] of vectors.entries()) image.writeUInt32LE(vector, index * 4);
  for (const [index, word] of [...halfwords, 0xe7fe].entries()) {
    image.writeUInt16LE(word, 0x40 + index * 2);
  }
  image.writeUInt16LE(0xe7fe, 0x50);
  return elfOf(image);
}

/** An ELF file of one segment at 0 that is read and executed. */
function elfOf(code: Buffer): Buffer {
  const header = Buffer.alloc(84);
  header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(40, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(0x41, 24);
  header.writeUInt32LE(52, 28);
  header.writeUInt32LE(0x0500_0200, 36);
  for (const [at, value] of [
    [40, 52],
    [42, 32],
    [44, 1],
  ] as const)
    header.writeUInt16LE(value, at);
  const segment = [1, 84, 0, 0, code.length, code.length, 5, 4];
  for (const [index, value] of segment.entries()) header.writeUInt32LE(value, 52 + index * 4);
  return Buffer.concat([header, code]);
}

test("semihosting is off, and the code has a call, or none", async () => {
  const directory = temporaryDirectory();
  const start = async (name: string, ...halfwords: number[]) => {
    const kernel = join(directory, name);
    writeFileSync(kernel, microcontroller(...halfwords));
    return await boot({ kernel, machine: "mps2-an385", arch: "arm" });
  };
  // movs r0, #4; bkpt 0xab
  const calling = await start("calling.elf", 0x2004, 0xbeab);
  expect(await hintsOf(calling.serial.waitFor("Hello", short))).toEqual([
    expect.stringMatching(
      /^serial0 printed nothing; the kernel's code has a semihosting call \(bkpt/,
    ),
  ]);
  const other = await start("other.elf", 0x2004, 0xbf00);
  const hints = await hintsOf(other.serial.waitFor("Hello", short));
  expect(hints.join("\n")).not.toContain("semihosting");
});

test("a guest that prints has no hint of what is off", async () => {
  const kernel = kernelPath("hello", "cortex-m");
  const vm = await boot({ kernel });
  await vm.serial.waitFor("ello", { timeoutMs: soonMs });
  expect(await hintsOf(vm.serial.waitFor("never printed", short))).toEqual([]);
});
