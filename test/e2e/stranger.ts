/** What a stranger's computer has and ours hides: an environment without traces of this project. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";

export const repository = join(import.meta.dirname, "../..");
/** Registries answer late at times, and a busy machine compiles slowly. */
const limitMs = 120_000;

/** What may be taken over from npm's own variables: where packages come from and are kept. */
const npmSettings = /^npm_config_(registry|cache|userconfig|globalconfig|cafile|https?_proxy)$/;
const foreign =
  /^(VITEST|BRINGUP_|npm_|CI$|CI_PROJECT_DIR$|WORKSPACE$|GITHUB_|NODE_ENV$|NODE_OPTIONS$|TEST$|FORCE_COLOR$)/;

/** A directory of its own, with a private `TMPDIR` inside. Dispose of it when done: all goes. */
export class Desk {
  readonly root: string;
  /** Where programs put temporary files; whatever stays in it was left behind. */
  readonly temporary: string;
  readonly #programs: string;

  constructor(prefix: string) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
    this.temporary = join(this.root, "temporary");
    this.#programs = join(this.root, "programs");
    mkdirSync(this.temporary);
    mkdirSync(this.#programs);
    // The Node of this run, and nothing else of node_modules/.bin.
    symlinkSync(process.execPath, join(this.#programs, "node"));
  }

  /** Runs a program to its end. The promise never rejects; the limit ends it with SIGKILL. */
  run(
    command: readonly [string, ...string[]],
    directory: string,
    variables: Record<string, string> = {},
  ) {
    const [file, ...parameters] = command;
    return execa(file, parameters, {
      cwd: directory,
      env: { ...this.#environment(), ...variables },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      all: true,
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
  }

  /** @throws what the program printed, if it failed. */
  async mustRun(command: readonly [string, ...string[]], directory: string): Promise<string> {
    const result = await this.run(command, directory);
    if (result.failed) throw new Error(`${result.shortMessage}\n${result.all}`);
    return result.stdout;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #environment(): Record<string, string> {
    const inherited = Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || (foreign.test(name) && !npmSettings.test(name))
        ? []
        : [[name, value] as const],
    );
    const path = (process.env.PATH ?? "").split(delimiter);
    const own = path.filter((part) => !part.includes("node_modules"));
    return {
      ...Object.fromEntries(inherited),
      PATH: [this.#programs, ...own].join(delimiter),
      TMPDIR: this.temporary,
      NO_COLOR: "1",
      // npm keeps its own compiled code in the temporary directory otherwise.
      NODE_DISABLE_COMPILE_CACHE: "1",
      npm_config_update_notifier: "false",
    };
  }
}
