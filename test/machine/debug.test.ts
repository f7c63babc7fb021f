/** A machine that waits for a debugger. */
import { createConnection, type Socket } from "node:net";
import { execa } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  bootMachine,
  EvidenceStore,
  type Machine,
  type MachineSpec,
} from "../../harness/machine/index.ts";
import { isOnPath } from "../../harness/process/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { processesWith, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("echo", "hello");

interface Waiting {
  readonly machine: Promise<Machine>;
  /** The command that is printed, without its indentation. */
  readonly command: string;
  readonly socket: string;
}

/** Boots, up to the moment at which the machine waits for its debugger. */
async function bootForDebugger(kernel: string, spec: MachineSpec, advice = ""): Promise<Waiting> {
  const printed = Promise.withResolvers<string>();
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    printed.resolve(String(text));
    return true;
  });
  onTestFinished(() => write.mockRestore());
  const store = new EvidenceStore(temporaryDirectory(), "run");
  const given: MachineSpec = { kernel: kernelPath(kernel), accelerator: "tcg", ...spec };
  // A limit so short that every start would exceed it, were it not suspended.
  const machine = bootMachine({ ...given, bootTimeoutMs: 1 }, { store, name: "debugged" });
  machine.catch(printed.reject);
  onTestFinished(async () => {
    await (await machine.catch(() => undefined))?.[Symbol.asyncDispose]();
  });
  const text = await printed.promise;
  const command = text.split("\n")[1]?.trim() ?? "";
  const socket = /target remote (\S+\/gdb)/.exec(command)?.[1] ?? "";
  expect(text).toBe(
    `bringup: debugged waits at its first instruction; attach, then "continue":\n  ${command}\n${advice}`,
  );
  return { machine, command, socket };
}

/** Sends one packet of gdb's remote protocol, and gives the packet that is the answer. */
async function ask(socket: Socket, packet: string): Promise<string> {
  const sum = [...Buffer.from(packet)].reduce((total, byte) => (total + byte) & 0xff, 0);
  const answer = Promise.withResolvers<string>();
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes.toString("latin1");
    const body = /\$([^#]*)#../.exec(text)?.[1];
    if (body !== undefined) answer.resolve(body);
  });
  socket.write(`$${packet}#${sum.toString(16).padStart(2, "0")}`);
  return await answer.promise;
}

test("stands at its first instruction until a debugger lets it run", async () => {
  const { machine, socket } = await bootForDebugger("hello", { debug: true });
  const [qemu] = processesWith(socket);
  expect(qemu).toBeDefined();
  const debuggerSocket = createConnection(socket);
  onTestFinished(() => void debuggerSocket.destroy());
  expect(await ask(debuggerSocket, "?")).toMatch(/^T05/);
  debuggerSocket.write("+$c#63");
  const vm = await machine;
  await vm.serial.waitFor("Hello from x86_64 (PVH)");
  expect(vm.state).toBe("running");
  const words = vm.record().reproduce;
  expect(words).not.toContain("-gdb");
});

/** Lets the command that was printed break in `kernel_main`; gives what gdb says of it. */
async function breakInKernelMain({ command, machine }: Waiting): Promise<string> {
  const steps = ["hbreak kernel_main", "continue", "backtrace", "delete", "detach"];
  const batch = steps.map((step) => `-ex '${step}'`).join(" ");
  const gdb = execa(`${command.replace(/^gdb /, "gdb -batch -nx ")} ${batch}`, {
    shell: true,
    timeout: 2 * soonMs,
  });
  await machine;
  return (await gdb).stdout;
}

test("with a real gdb, by the command that is printed", async ({ skip }) => {
  if (!isOnPath("gdb")) skip("gdb is not installed");
  vi.stubEnv("BRINGUP_DEBUG", "1");
  onTestFinished(() => void vi.unstubAllEnvs());
  const waiting = await bootForDebugger("hello", {});
  const stdout = await breakInKernelMain(waiting);
  expect(stdout).toMatch(/#0 +kernel_main \(\) at .*hello\.c:\d+/);
  const vm = await waiting.machine;
  await vm.serial.waitFor("Hello from x86_64 (PVH)");
  await vm.verdict.checkAlive();
});

const narrow = { kernel: kernelPath("hello", "i386"), debug: true } as const;
const narrowAdvice = '  (backtraces of 32-bit code come out right with arch: "i386" in the spec)\n';
const wide = "-ex 'set architecture i386:x86-64' -ex 'target remote ";

test("a 32-bit kernel in the 64-bit emulator has gdb told of its registers", async () => {
  const { command, machine, socket } = await bootForDebugger("hello", narrow, narrowAdvice);
  expect(command).toContain(`/hello.elf ${wide}${socket}'`);
  const debuggerSocket = createConnection(socket);
  onTestFinished(() => void debuggerSocket.destroy());
  debuggerSocket.write("+$c#63");
  await (await machine).serial.waitFor("Hello from i386 (Multiboot)");
});

test.for([
  ["x86_64", narrowAdvice],
  ["i386", ""],
] as const)(
  "a real gdb stops a 32-bit kernel in qemu-system-%s",
  async ([arch, advice], { skip }) => {
    if (!isOnPath("gdb")) skip("gdb is not installed");
    const waiting = await bootForDebugger("hello", { ...narrow, arch }, advice);
    expect(waiting.command.includes(wide)).toBe(arch === "x86_64");
    const stdout = await breakInKernelMain(waiting);
    expect(stdout).toMatch(/#0 +kernel_main \(\) at .*hello\.c:\d+/);
    if (arch === "i386") expect(stdout).toMatch(/#1 .*\n/);
    await (await waiting.machine).serial.waitFor("Hello from i386 (Multiboot)");
  },
);

test("waits have no limit then, and a halted guest is not called dead", async () => {
  const { machine, socket } = await bootForDebugger("echo", { debug: true });
  const debuggerSocket = createConnection(socket);
  onTestFinished(() => void debuggerSocket.destroy());
  debuggerSocket.write("$c#63");
  const vm = await machine;
  await vm.serial.waitFor("> ", { timeoutMs: 1 });
  const later = vm.serial.waitFor("you said: x", { timeoutMs: 1 });
  await vm.serial.writeLine("x");
  await later;
  await vm.pause();
  const event = vm.qmp.waitForEvent("RESUME", { timeoutMs: 1 });
  await vm.resume();
  await event;
});
