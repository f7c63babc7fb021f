/** A user's project in a directory of its own, run by the real vitest with the real plugin. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { compiledPackage } from "../compiled-package.ts";

export const repository = join(import.meta.dirname, "../..");
/** Milliseconds for a whole run of vitest, with both cores busy. */
const runLimitMs = 90_000;
/** Milliseconds for the last process of a run to be gone. */
const goneLimitMs = 5_000;

/** What a project consists of besides its test files. */
export interface InlineOptions {
  /** Text of the argument of `bringup(…)`; by default kernels run on `microvm`, the quickest. */
  readonly plugin?: string;
  /** What stands in `test: { … }`. */
  readonly test?: string;
  /** The whole of `plugins: […]`. */
  readonly plugins?: string;
  /** Name of the project's directory. */
  readonly folder?: string;
}

/**
 * Files by relative path; the test kernels are in its folder `kernels`. `await using` removes the
 * whole directory.
 */
export class InlineProject implements AsyncDisposable {
  readonly root: string;
  /** Where every process of the project keeps what is temporary. */
  readonly temporary: string;

  readonly #place: string;
  #package = "";

  private constructor(place: string, root: string) {
    this.#place = place;
    this.root = root;
    this.temporary = join(root, "tmp");
  }

  static async create(
    files: Readonly<Record<string, string>>,
    options: InlineOptions = {},
  ): Promise<InlineProject> {
    const place = realpathSync(mkdtempSync(join(tmpdir(), "inline-")));
    const project = new InlineProject(place, join(place, options.folder ?? ""));
    mkdirSync(project.root, { recursive: true });
    const modules = join(project.root, "node_modules");
    mkdirSync(modules);
    mkdirSync(project.temporary);
    project.#package = await compiledPackage();
    await symlink(project.#package, join(modules, "bringup"));
    await symlink(join(repository, "node_modules/vitest"), join(modules, "vitest"));
    await symlink(join(repository, "kernels/build/x86_64"), join(project.root, "kernels"));
    await project.write("package.json", '{ "type": "module" }\n');
    await project.write("vitest.config.ts", configuration(options));
    for (const [path, text] of Object.entries(files)) await project.write(path, text);
    return project;
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** Starts vitest; the promise never rejects. */
  start(
    parameters: readonly string[],
    variables: Readonly<Record<string, string>> = {},
    stdin: "ignore" | "pipe" = "ignore",
  ) {
    // Node itself reads the configuration, which is quicker than bundling it.
    const all = [...parameters, "--configLoader=native"];
    return execa(
      join(repository, "node_modules/.bin/vitest"),
      all,
      this.#options(variables, stdin),
    );
  }

  /** Starts a script; the promise never rejects. */
  node(script: string) {
    return execa("node", [script], this.#options({}, "ignore"));
  }

  #options(variables: Readonly<Record<string, string>>, stdin: "ignore" | "pipe") {
    return {
      cwd: this.root,
      env: { ...environment(), TMPDIR: this.temporary, ...variables },
      extendEnv: false,
      reject: false,
      stdin,
      timeout: runLimitMs,
      killSignal: "SIGKILL",
    } as const;
  }

  /** Runs the tests once: how it ended, and what it printed without what differs between runs. */
  async run(parameters: readonly string[] = [], variables: Readonly<Record<string, string>> = {}) {
    const { exitCode, stderr, stdout } = await this.start(["run", ...parameters], variables);
    const raw = `${stdout}\n${stderr}`;
    return { exitCode, raw, output: this.normalise(raw) };
  }

  /** Processes that have this project in their environment, by command line; see proc(5). */
  processes(): { pid: number; command: string }[] {
    return readdirSync("/proc").flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      const environ = readProcess(name, "environ");
      if (!environ.includes(this.root)) return [];
      return [{ pid: Number(name), command: readProcess(name, "cmdline").replaceAll("\0", " ") }];
    });
  }

  /** Directories of machines and sessions that are still there. */
  sessions(): string[] {
    return readdirSync(this.temporary).filter((name) => /bringup/.test(name));
  }

  /** What is left of the project's runs, after what is about to end has had time to. */
  async leftovers(): Promise<{ processes: string[]; sessions: string[] }> {
    const endMs = performance.now() + goneLimitMs;
    // proc(5) offers no event for the end of a process that is not one's child.
    while (this.processes().length > 0 && performance.now() < endMs) {
      // style-allow sleep: there is no event, and the loop has a limit.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return {
      processes: this.processes().map(({ command }) => command),
      sessions: this.sessions(),
    };
  }

  /** The one place that takes out what differs between two runs of the same tests. */
  normalise(text: string): string {
    return (
      stripVTControlCharacters(text)
        // vitest names files relative to its root: a neighbour of the package sees it so.
        .replaceAll(`${relative(this.root, this.#package)}/`, "<package>/")
        .replaceAll(this.root, "<root>")
        .replaceAll(this.#package, "<package>")
        .replaceAll(repository, "<bringup>")
        .replace(/(?:\.\.\/)*\.\.<(bringup|package)>/g, "<$1>")
        .replace(/(?: ❯ .*<package>\/dist\/.*\n)+/g, " ❯ <frames of the harness>\n")
        .replace(/see it again: .*/g, "see it again: <command>")
        .replace(/runs\/\d{8}-\d{6}-[0-9a-f]{6}/g, "runs/<run>")
        .replace(/-\d{5,}(?:_\d+)+/g, "-<id>")
        // What a page fault was about is the guest's own doing, and the same every time.
        .replace(/(?<!#PF \w+ )0x[0-9a-f]+/g, "<address>")
        // A guest that runs is somewhere else every time, and so is the source that is shown.
        .replace(/(machine[^:\n]*: running), at .*(?= \(x86_64)/g, "$1, at <place>")
        // Newer QEMU still knows where the guest was that has ended it.
        .replace(/(debug-exit with status [^\n]*?) at \S+ in \w+ \(<address>\)/g, "$1 at <place>")
        .replace(/power-off at .*? in power_off \(<address>\)/g, "power-off at <place>")
        .replace(/(at <place> .*\n)\n(?: +>? *\d+ \|.*\n)+/g, "$1")
        .replace(/(debug-exit with status .*?) at <place>/g, "$1")
        // How many questions QEMU was asked before depends on what is looked at meanwhile.
        .replace(/"id":\d+}/g, '"id":<n>}')
        .replace(/after \d+ ms \(what is left/g, "after <n> ms (what is left")
        .replace(/^( +(?:✓|×|↓|❯) .*?) \d+ms/gm, "$1")
        .replace(/RUN {2}v[\d.]+/, "RUN  <version>")
        .replace(/Start at .*/, "Start at  <time>")
        .replace(/Duration .*/, "Duration  <time>")
        // Advice that vitest gives where the start of its workers took long.
        .replace(/\n +Isolate .*\n.*\n/g, "")
        .replace(/[ \t]+$/gm, "")
        .trim()
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
    await rm(this.#place, { recursive: true, force: true, maxRetries: 5 });
  }
}

function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It has ended, or is somebody else's.
    return "";
  }
}

const quick = '{ machine: { machine: "microvm" } }';

function configuration({ plugin = quick, plugins, test = "" }: InlineOptions): string {
  return `
    import { bringup } from "bringup/vitest";
    import { defineConfig } from "vitest/config";
    export default defineConfig({
      plugins: ${plugins ?? `[bringup(${plugin})]`},
      test: { slowTestThreshold: 3_600_000, ${test} },
    });
  `;
}

/** The surrounding vitest must not colour the one inside, and neither must a build server. */
function environment(): Record<string, string> {
  const foreign =
    /^(VITEST|CI_PROJECT_DIR$|WORKSPACE$|CI$|GITHUB_|NODE_(ENV|OPTIONS)$|TEST$|BRINGUP_)/;
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || foreign.test(name) ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: "1",
    PATH: `${join(repository, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
  };
}
