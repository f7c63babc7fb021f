/** A project of a user, in a directory of its own, with the package as it would be installed. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { compiledPackage } from "../compiled-package.ts";
import { repository } from "./markdown.ts";

const limitMs = 100_000;

/** How a program ended, and what it printed, both streams as they came. */
export interface ProgramResult {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** Files on disk; dispose of it when done. */
export class ExampleProject {
  readonly root: string;

  private constructor() {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "bringup-docs-")));
  }

  /** A new directory with the compiled package; every other package is the repository's. */
  static async create(): Promise<ExampleProject> {
    const project = new ExampleProject();
    linkModules(join(project.root, "node_modules"), await compiledPackage());
    project.write("package.json", '{ "type": "module" }\n');
    return project;
  }

  /** Writes a file and the folders that lead to it; gives its absolute path. */
  write(path: string, text: string): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs a program in `directory`. Never rejects. */
  async run(
    file: string,
    parameters: readonly string[],
    directory = ".",
    variables: Readonly<Record<string, string>> = {},
  ): Promise<ProgramResult> {
    return await runProgram(file, parameters, { cwd: join(this.root, directory), variables });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * Asserts that `shown`, a block of a page, is what a program printed: the same lines one after the
 * other, where a line "…" stands for any number of lines and a line that ends in "…" for all that
 * begin so. Times, addresses, hashes and paths of this computer do not count.
 * @throws `Error` that names the first line that is not there.
 */
export function checkShown(shown: string, printed: string, root: string): void {
  const expected = stable(shown, root).trimEnd().split("\n");
  const actual = stable(printed, root).split("\n");
  let missing = expected[0];
  for (const [start, line] of actual.entries()) {
    if (!isSameLine(expected[0], line)) continue;
    const failure = firstMissing(expected, actual.slice(start));
    if (failure === undefined) return;
    missing = failure;
  }
  throw new Error(`this line was not printed:\n${missing}\n\nbut this was:\n${printed}`);
}

function firstMissing(expected: readonly string[], actual: readonly string[]): string | undefined {
  let index = 0;
  let maySkip = false;
  for (const line of expected) {
    if (line === "…") {
      maySkip = true;
      continue;
    }
    while (maySkip && index < actual.length && !isSameLine(line, actual[index])) index += 1;
    if (!isSameLine(line, actual[index])) return line;
    index += 1;
    maySkip = false;
  }
  return undefined;
}

function isSameLine(expected = "", actual = ""): boolean {
  if (!expected.endsWith("…")) return expected === actual;
  return actual.startsWith(expected.slice(0, -1).trimEnd());
}

/** The text without what differs between computers, runs and compilers. */
function stable(text: string, root: string): string {
  return text
    .replaceAll(`${root}/`, "")
    .replaceAll(/(?:\/[\w.-]+)+\/(qemu-system-)/g, "$1")
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{6}/g, "<run>")
    .replaceAll(/-+\d+_\d+\b/g, "-<id>")
    .replaceAll(/0x[0-9a-f]+/g, "<address>")
    .replaceAll(/"id":\d+}/g, '"id":<id>}')
    .replaceAll(/\b\d+ms\b/g, "<time>")
    .replaceAll(/[ \t]+$/gm, "");
}

function linkModules(modules: string, bringup: string): void {
  mkdirSync(modules);
  const own = join(repository, "node_modules");
  for (const name of readdirSync(own)) {
    if (name !== "bringup") symlinkSync(join(own, name), join(modules, name));
  }
  symlinkSync(bringup, join(modules, "bringup"));
}

async function runProgram(
  file: string,
  parameters: readonly string[],
  options: { cwd: string; variables?: Readonly<Record<string, string>> },
): Promise<ProgramResult> {
  // One stream: where there are two, nobody knows what was written first.
  const result = await execa("sh", ["-c", 'exec "$0" "$@" 2>&1', file, ...parameters], {
    cwd: options.cwd,
    env: { ...environment(), ...options.variables },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const failure = result.exitCode === undefined ? `\n${result.shortMessage}` : "";
  return { exitCode: result.exitCode, output: result.stdout + failure };
}

/** The surrounding vitest must not colour or steer the one inside, and neither must the user. */
function environment(): Record<string, string> {
  const foreign = /^(?:VITEST|BRINGUP_|GITHUB_|npm_|CI$|CI_PROJECT_DIR$|NODE_ENV$|NODE_OPTIONS$)/;
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || foreign.test(name) || name === "TEST" ? [] : [[name, value] as const],
  );
  const programs = join(repository, "node_modules/.bin");
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: "1",
    PATH: `${programs}:${process.env.PATH ?? ""}`,
  };
}
