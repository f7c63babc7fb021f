/** What is on disk of a machine, when, and whether it shows the same again. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { GuestError, HostError, SpecError, TimeoutError } from "../../harness/evidence/index.ts";
import { bootMachine, EvidenceStore } from "../../harness/machine/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("disk-read", "echo", "hello", "idle", "panic-reset", "triple-fault");
const soon = { timeoutMs: soonMs };

describe("before an error is raised", () => {
  test("everything is on disk", async () => {
    const vm = await boot("panic-reset");
    const error = await errorOf(vm.serial.waitFor("login:", soon), GuestError);
    const { evidence } = error;
    const directory = evidence?.directory ?? "";
    expect(readdirSync(directory).sort()).toEqual(
      expect.arrayContaining(
        ["command.sh", "cpu.log", "qmp.log", "record.json", "serial0.log", "stderr.log"].sort(),
      ),
    );
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    expect(read("serial0.log")).toContain("Kernel panic - not syncing: No working init found.");
    expect(read("qmp.log")).toMatch(/^<- \{"QMP"/);
    expect(read("qmp.log")).toContain('-> {"execute":"cont"');
    // A machine that runs nothing unusual is not asked what it has, which takes time.
    expect(read("qmp.log")).not.toContain("query-qmp-schema");
    expect(read("timeline.log")).toMatch(/ms {2}machine: running\n/);
    expect(read("timeline.log")).toContain("ms  serial0: fatal output: Kernel panic");
    expect(read("timeline.log")).toContain("ms  error: panic: Kernel panic");
    const record = JSON.parse(read("record.json"));
    expect(record.serial[0].text).toContain("Kernel panic");
    expect(error.message).toContain(`\n  evidence: ${directory}\n  see it again: /`);
    expect(error.message).toContain("\n  serial0, last 2 lines:\n    | looking for init\n");
  });

  test("a time-out tells what the machine was doing, and where", async () => {
    const vm = await boot("idle");
    await vm.serial.waitFor("idle", soon);
    const error = await errorOf(vm.serial.waitFor("more", { timeoutMs: 50 }), TimeoutError);
    expect(error.message).toMatch(
      /^timed out after 50 ms \(timeoutMs\) waiting for serial0 to print/,
    );
    expect(error.evidence?.machine).toMatch(
      /^running, at .*machine\.c:\d+ in idle_forever \(0x[0-9a-f]+\) \(x86_64 microvm, tcg\)$/,
    );
    expect(error.evidence?.codeFrame).toContain("hlt");
  });

  test("an error has its evidence once, however often it passes by", async () => {
    const vm = await boot("triple-fault");
    const error = await errorOf(vm.verdict.waitForReset(soon), GuestError);
    const { message } = error;
    expect(await vm.attachEvidence(error)).toBe(error);
    expect(error.message).toBe(message);
    const other = new Error("not ours");
    expect(await vm.attachEvidence(other)).toBe(other);
    expect(other.message).toBe("not ours");
  });
});

test("the reproduction command shows the same again", async () => {
  const vm = await boot("triple-fault");
  const error = await errorOf(vm.serial.waitFor("more", soon), GuestError);
  const { directory = "", serial = [] } = error.evidence ?? {};
  const last = serial[0]?.lines.at(-1) ?? "nothing";
  const pasted = await execa("sh", ["-c", error.evidence?.reproduce ?? ""], { timeout: soonMs });
  const script = await execa(join(directory, "command.sh"), { timeout: soonMs });
  expect(last).toBe("about to fault");
  for (const { exitCode, stdout } of [pasted, script]) {
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split(/\r?\n/).at(-1)).toBe(last);
  }
});

test("the script shows it also where the run was moved, with what was made for it", async () => {
  const root = join(temporaryDirectory(), "evidence, 100% it's");
  const disk = join(temporaryDirectory(), "disk, it's.img");
  const sectors = Buffer.alloc(1024 * 1024);
  sectors.write("text on the disk");
  writeFileSync(disk, sectors);
  const errors = [{ on: "read" as const, sector: 100 }];
  const vm = await boot(
    {
      kernel: kernelPath("disk-read", "i386"),
      machine: "pc",
      disks: [{ file: disk, bus: "virtio", errors }],
    },
    {},
    { store: new EvidenceStore(root, "run"), name: "a test/1" },
  );
  await vm.serial.waitFor("text on the disk", soon);
  const { directory, reproduce } = vm.record();
  await vm[Symbol.asyncDispose]();
  const script = readFileSync(join(directory, "command.sh"), "utf8");
  expect(script).not.toContain(root);
  const moved = join(temporaryDirectory(), 'un,packed "日本"');
  renameSync(root, moved);
  const command = join(moved, "runs/run/a test/1/command.sh");
  // The kernel halts, and QEMU with it goes on: a person ends it.
  const again = execa("sh", [command], { stdin: "pipe", timeout: soonMs, reject: false });
  let shown = "";
  for await (const line of again) {
    shown += line;
    if (!shown.includes("text on the disk")) continue;
    again.stdin?.end("\x01x");
  }
  expect(shown).toContain("text on the disk");
  expect(reproduce).toMatch(/^\(directory=\$\(mktemp -d \/tmp\/bringup\.XXXXXX\) && trap /);
  expect(reproduce).toContain('"$directory"/disk0.qcow2');
});

test("the record is JSON, and says everything that decided", async () => {
  const vm = await boot("hello", { commandLine: "quiet" }, { name: "a test/1" });
  await vm.serial.waitFor("Hello", soon);
  const record = vm.record();
  expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  expect(record).toMatchObject({
    name: "a test/1",
    kernel: {
      path: kernelPath("hello"),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      image: "64-bit ELF for x86_64 with a PVH entry",
    },
    arch: "x86_64",
    machineType: "microvm",
    accelerator: { requested: "tcg", used: "tcg", why: "TCG, as requested" },
    exit: null,
    findings: [],
  });
  expect(record.directory.endsWith("runs/run/a test/1")).toBe(true);
  for (const { path } of record.files) expect(existsSync(path)).toBe(true);
});

describe("the kernel under test is the file as it was when it booted", () => {
  test("whatever the build writes meanwhile", async () => {
    const kernel = join(temporaryDirectory(), "kernel.elf");
    await copyFile(kernelPath("echo"), kernel);
    const before = readFileSync(kernel);
    const vm = await boot({ kernel });
    await vm.serial.waitFor("> ", soon);
    await writeFile(kernel, "not a kernel any more");
    await vm.reset();
    await vm.serial.waitFor("> ", soon);
    const { machine } = await vm.evidence();
    // Named by the symbols of the copy.
    expect(machine).toMatch(/^running, at .* in \w+/);
    const kept = / -kernel (\S+)/.exec(vm.record().reproduce)?.[1] ?? "";
    expect(readFileSync(kept).equals(before)).toBe(true);
    expect(statSync(kept).mtimeMs).toBeLessThan(statSync(kernel).mtimeMs + 1);
    await errorOf(boot({ kernel }), SpecError);
  });

  test("it is copied once in a run, and again where it changed or the copy is gone", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "kernel.bin");
    const store = new EvidenceStore(directory, "run");
    await writeFile(path, "one");
    const first = await store.keep(path);
    expect(await store.keep(path)).toBe(first);
    await writeFile(path, "other");
    const second = await store.keep(path);
    expect(second.sha256).not.toBe(first.sha256);
    expect(readFileSync(first.path, "utf8")).toBe("one");
    rmSync(second.path);
    expect(readFileSync((await store.keep(path)).path, "utf8")).toBe("other");
    const images = join(store.runDirectory, "images");
    const kept = readdirSync(images).map((hash) => readdirSync(join(images, hash)));
    expect(kept).toEqual([["kernel.bin"], ["kernel.bin"]]);
  });

  test("what cannot be copied is named", async () => {
    const directory = temporaryDirectory();
    const store = new EvidenceStore(directory, "run");
    const error = await errorOf(store.keep(join(directory, "none.elf")), SpecError);
    expect(error.message).toMatch(/^kernel: .*none\.elf cannot be copied: ENOENT/);
    writeFileSync(join(directory, "runs"), "");
    await writeFile(join(directory, "kernel.elf"), "x");
    const unwritable = await errorOf(store.keep(join(directory, "kernel.elf")), HostError);
    expect(unwritable.message).toMatch(/^cannot write evidence to .*\n {2}to mend it: make the/);
    expect(() => store.machineDirectory("a")).toThrow(HostError);
  });
});

test("two processes share one folder, and neither disturbs the other", async () => {
  const directory = temporaryDirectory();
  const room = join(import.meta.dirname, "../../harness/machine/index.ts");
  const script = `
    import { bootMachine } from ${JSON.stringify(room)};
    for (let round = 0; round < 2; round += 1) {
      await using vm = await bootMachine({ kernel: process.argv[2], accelerator: "tcg" });
      await vm.serial.waitFor("(PVH)");
      console.log(vm.record().directory);
    }`;
  const file = join(directory, "script.ts");
  await writeFile(file, script);
  const run = () =>
    execa(process.execPath, ["--conditions=bringup-source", file, kernelPath("hello")], {
      cwd: directory,
      timeout: 2 * soonMs,
      env: { BRINGUP_EVIDENCE: join(directory, "evidence") },
    });
  const outputs = await Promise.all([run(), run()]);
  const machines = outputs.flatMap(({ stdout }) => stdout.split("\n"));
  expect(new Set(machines).size).toBe(4);
  for (const machine of machines) {
    expect(readFileSync(join(machine, "serial0.log"), "latin1")).toContain("Hello from x86_64");
  }
  expect(readdirSync(join(directory, "evidence", "runs"))).toHaveLength(2);
  expect(readFileSync(join(directory, "evidence", ".gitignore"), "utf8")).toBe("*\n");
  expect(basename(machines[0] ?? "")).toMatch(/^\d+-1$/);
});

test("a script whose first evidence folder failed has evidence once that is mended", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "in-the-way"), "");
  vi.stubEnv("BRINGUP_EVIDENCE", join(directory, "in-the-way"));
  onTestFinished(() => void vi.unstubAllEnvs());
  const given = { kernel: kernelPath("hello"), accelerator: "tcg" } as const;
  const error = await errorOf(bootMachine(given), HostError);
  expect(error.message).toMatch(/^cannot write evidence to .*in-the-way/);
  rmSync(join(directory, "in-the-way"));
  await using vm = await bootMachine(given);
  expect(vm.record().directory).toContain(join(directory, "in-the-way", "runs"));
});

test("evidence that cannot be written fails the end of the machine, and not its death", async () => {
  const root = temporaryDirectory();
  const given = { kernel: kernelPath("echo"), accelerator: "tcg" } as const;
  const vm = await bootMachine(given, { store: new EvidenceStore(root, "run") });
  await vm.serial.waitFor("> ", soon);
  rmSync(join(root, "runs"), { recursive: true });
  await vm.serial.writeLine("quit");
  expect((await vm.exited).kind).toBe("power-off");
  const error = await errorOf(vm[Symbol.asyncDispose](), HostError);
  expect(error.message).toMatch(/^the evidence of .* could not be written: ENOENT/);
});
