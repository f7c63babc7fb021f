/** Small real ELF files for tests, made by clang and lld in a directory that the test removes. */
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";

/** A directory that is removed when the running test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "test-of-bringup-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export interface Build {
  /** As clang names it ("x86_64-elf"). */
  readonly target: string;
  /** Source file name, which also decides the language ("kernel.c", "kernel.S"), and content. */
  readonly file: string;
  readonly source: string;
  readonly compile?: readonly string[];
  /** Options of ld.lld; `null` leaves the object file unlinked. */
  readonly link?: readonly string[] | null;
  /** A linker script. */
  readonly script?: string;
  /** Where to build; by default a directory that is removed when the running test ends. */
  readonly directory?: string;
}

/** Builds one ELF file and returns its path; its sources stay beside it. */
export async function buildElf(build: Build): Promise<string> {
  const directory = build.directory ?? (await temporaryDirectory());
  const source = join(directory, build.file);
  const object = join(directory, "kernel.o");
  await writeFile(source, build.source);
  const target = `--target=${build.target}`;
  await execa("clang", [target, "-c", source, "-o", object, ...(build.compile ?? [])]);
  if (build.link === null) return object;
  const output = join(directory, "kernel.elf");
  const script = join(directory, "linker.ld");
  if (build.script !== undefined) await writeFile(script, build.script);
  const scriptOptions = build.script === undefined ? [] : ["-T", script];
  await execa("ld.lld", [...scriptOptions, ...(build.link ?? []), "-o", output, object]);
  return output;
}

/** Runs QEMU to its end, which the guest brings about by itself, and returns what it printed. */
export async function runQemu(
  arch: string,
  options: readonly string[],
  input?: string,
): Promise<{ stdout: string; stderr: string; exitCode: number | undefined }> {
  // To a file: QEMU quits without the rest of what a pipe does not take at once.
  const output = join(await temporaryDirectory(), "stdout");
  await using file = await open(output, "w");
  const stdout = file.createWriteStream();
  const result = await execa(
    `qemu-system-${arch}`,
    ["-nodefaults", "-display", "none", "-no-reboot", ...options],
    {
      reject: false,
      timeout: 20_000,
      forceKillAfterDelay: 200,
      stdout,
      ...(input === undefined ? { stdin: "ignore" } : { input }),
    },
  );
  const { exitCode, stderr } = result;
  return { stdout: await readFile(output, "utf8"), stderr, exitCode };
}
