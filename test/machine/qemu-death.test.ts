/** What becomes of QEMU itself: killed, crashed, hung, never started. */
import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  GuestError,
  HostError,
  LaunchError,
  SpecError,
  StateError,
  TimeoutError,
} from "../../harness/evidence/index.ts";
import { bootMachine, EvidenceStore, type Machine } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import {
  boot,
  directoriesBeside,
  errorOf,
  privateDirectoryOf,
  processesWith,
  qemuOf,
  soonMs,
  temporaryDirectory,
  useKernels,
} from "./machines.ts";

useKernels("hello", "idle", "spin");

async function bootUntilIdle(): Promise<Machine> {
  const vm = await boot("idle");
  await vm.serial.waitFor("idle", { timeoutMs: soonMs });
  return vm;
}

describe("ended from outside", () => {
  test.each([
    ["SIGKILL", { kind: "killed", by: "SIGKILL, not from the harness" }],
    ["SIGTERM", { kind: "killed", by: "a signal to QEMU, not from the harness" }],
    ["SIGSEGV", { kind: "qemu-crash", signal: "SIGSEGV" }],
    ["SIGABRT", { kind: "qemu-crash", signal: "SIGABRT" }],
  ] as const)("%s", async (signal, exit) => {
    const vm = await bootUntilIdle();
    const wait = vm.serial.waitFor("more", { timeoutMs: 10 * soonMs });
    process.kill(qemuOf(vm), signal);
    const error = await errorOf(wait, GuestError);
    expect(error.exit).toMatchObject(exit);
    expect(vm.exit).toMatchObject(exit);
    await errorOf(vm.verdict.checkAlive(), GuestError);
  });

  test("an unexpected end just before the test does is not missed", async () => {
    const vm = await bootUntilIdle();
    process.kill(qemuOf(vm), "SIGKILL");
    expect((await errorOf(vm.verdict.checkAlive(), GuestError)).exit?.kind).toBe("killed");
  });

  test("quit over QMP", async () => {
    const vm = await bootUntilIdle();
    await vm.qmp.execute("quit");
    expect(await vm.exited).toMatchObject({ kind: "killed", by: "quit over QMP" });
    const late = await errorOf(vm.qmp.supports("query-kvm"), StateError);
    expect(late.evidence?.machine).toMatch(/^ended: killed by quit over QMP/);
  });
});

test("hung: everything still has its limit, and evidence does not wait for QEMU", async () => {
  const vm = await bootUntilIdle();
  const pid = qemuOf(vm);
  process.kill(pid, "SIGSTOP");
  const startMs = performance.now();
  const error = await errorOf(vm.serial.waitFor("more", { timeoutMs: 100 }), TimeoutError);
  expect(error.evidence?.serial).toEqual([{ port: "serial0", lines: ["idle"] }]);
  expect(error.evidence?.machine).toMatch(/^running \(x86_64 microvm, tcg\)$/);
  await errorOf(vm.qmp.execute("query-status", {}, { timeoutMs: 100 }), TimeoutError);
  await vm.verdict.checkAlive();
  await vm[Symbol.asyncDispose]();
  expect(performance.now() - startMs).toBeLessThan(soonMs);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

describe("never started", () => {
  /** Nothing of the machine is left: no process, no private directory, but its evidence. */
  async function failing<E extends Error>(
    spec: Parameters<typeof bootMachine>[0],
    kind: abstract new (...given: never[]) => E,
  ): Promise<E> {
    const witness = await boot("idle");
    const beside = privateDirectoryOf(witness);
    const before = directoriesBeside(beside);
    const root = temporaryDirectory();
    const kernel = kernelPath("hello");
    const store = new EvidenceStore(root, "run");
    const options = { store, name: "failing" };
    const machine = bootMachine({ kernel, accelerator: "tcg", ...spec }, options);
    onTestFinished(async () => {
      await (await machine.catch(() => undefined))?.[Symbol.asyncDispose]();
    });
    const error = await errorOf(machine, kind);
    expect(processesWith(root)).toEqual([]);
    expect(directoriesBeside(beside)).toEqual(before);
    return error;
  }

  test("a device that QEMU does not know: its own words, and how to see them again", async () => {
    const error = await failing({ qemuArguments: ["-device", "nonsense"] }, LaunchError);
    expect(error.message).toMatch(
      /^QEMU did not start: -device nonsense: 'nonsense' is not a valid device model name\n/,
    );
    expect(error.evidence?.reproduce).toContain("-device nonsense");
    expect(existsSync(join(error.evidence?.directory ?? "", "command.sh"))).toBe(true);
    expect(existsSync(join(error.evidence?.directory ?? "", "stderr.log"))).toBe(true);
  });

  test("a device that the chosen machine has no bus for: which machine has", async () => {
    const spec = { machine: "microvm", qemuArguments: ["-device", "e1000"] };
    const error = await failing(spec, LaunchError);
    expect(error.message).toMatch(
      /^QEMU did not start: .*e1000.*; microvm has no PCI bus: take "q35" as the machine\n/,
    );
  });

  test("a CPU that QEMU does not know", async () => {
    const error = await failing({ cpu: "z80" }, LaunchError);
    expect(error.message).toMatch(
      /^QEMU did not start: unable to find CPU model 'z80'; all: .* -cpu help\n/,
    );
  });

  test("a machine that QEMU does not know", async () => {
    const error = await failing({ machine: "abacus" }, SpecError);
    expect(error.message).toMatch(/^machine: abacus is no machine type of .*qemu-system-x86_64/);
    expect(error.message).toMatch(/; it has .*\bpc, .*\bq35\b/);
    expect(error.message).not.toMatch(/pc-i440fx-\d/);
  });

  test("a binary that is not there", async () => {
    const error = await failing({ qemu: "/nowhere/qemu" }, HostError);
    expect(error.message).toMatch(/^correct the machine's qemu field: it names \/nowhere\/qemu/);
  });

  test("a program that is no QEMU", async () => {
    const script = join(temporaryDirectory(), "qemu-system-x86_64");
    await writeFile(script, "#!/bin/sh\necho I am no emulator\n", { mode: 0o755 });
    const error = await failing({ qemu: script }, HostError);
    expect(error.message).toContain("I am no emulator");
  });

  test("given up while it starts, at whatever moment", async () => {
    const moments = [1, 2, 4, 8, 16, 32];
    for (const bootTimeoutMs of moments) {
      // A machine that took longer to make than any of these limits.
      const error = await failing({ bootTimeoutMs, machine: "pc", memory: "1G" }, TimeoutError);
      expect(error.message).toMatch(
        /^timed out after \d+ ms \(bootTimeoutMs\) waiting for .* to (?:start|be \w+|say)/,
      );
    }
  });

  const wrappers = {
    "ends when it is to run a machine": "echo 'qemu: no more machines today' >&2; exit 1",
    "speaks something else than QMP": "echo hello >&3; exec sleep 60",
    "says nothing at all": "exec sleep 60",
  };

  test.each<[keyof typeof wrappers, string, abstract new (...given: never[]) => Error]>([
    [
      "ends when it is to run a machine",
      "QEMU did not start: qemu: no more machines today",
      LaunchError,
    ],
    [
      "speaks something else than QMP",
      "QEMU did not start: what runs does not speak QMP: ",
      LaunchError,
    ],
    [
      "says nothing at all",
      "timed out after 5000 ms (bootTimeoutMs) waiting for QEMU to start",
      TimeoutError,
    ],
  ])("a QEMU that %s", async (name, message, kind) => {
    const script = join(temporaryDirectory(), "qemu-system-x86_64");
    // It answers questions as QEMU does, since it is one; only a machine it does not run.
    const text = `#!/bin/sh\ncase "$*" in *port0*) ${wrappers[name]};; esac\nexec qemu-system-x86_64 "$@"\n`;
    await writeFile(script, text);
    await chmod(script, 0o755);
    const bootTimeoutMs = kind === TimeoutError ? 5_000 : soonMs;
    const error = await failing({ qemu: script, bootTimeoutMs }, kind as typeof LaunchError);
    expect(error.message.startsWith(message)).toBe(true);
    expect(error.evidence?.machine).toMatch(/^never ran/);
  });
});
