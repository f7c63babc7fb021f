/** A system that nobody prepared: commands run in it as its users. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inNamespaces } from "./namespaces.ts";
import type { PhaseEnd, Phases } from "./phases.ts";
import { ordinaryUser } from "./root.ts";

/** Set-up with everything to download, and a suite of a few files, on a slow line. */
const commandLimitMs = 25 * 60_000;
const cloneLimitMs = 5 * 60_000;
/** Of the output of what has failed. */
const shownLines = 40;
const enter = join(import.meta.dirname, "enter.sh");

/** What a system is, and what its commands share with those of others. */
export interface FreshOptions {
  readonly root: string;
  readonly archives: string;
  readonly repository: string;
  readonly logFile: string;
  readonly phases: Phases;
}

export class FreshSystem {
  readonly #options: FreshOptions;

  constructor(options: FreshOptions) {
    this.#options = options;
  }

  /** Clones what is committed into the home directory of `user`. */
  async clone(user: "root" | "tester"): Promise<void> {
    const home = user === "root" ? "root" : join("home", ordinaryUser);
    const { logFile, phases, repository, root } = this.#options;
    const place = join(root, home, "bringup");
    const phase = { name: "git clone", limitMs: cloneLimitMs };
    const clone = ["git", "clone", "--quiet", "--no-hardlinks", repository, place];
    const own = ["chown", "--recursive", "1000:1000", place];
    for (const words of user === "root" ? [clone] : [clone, own]) {
      const { exitCode, output } = await phases.run(phase, words, logFile);
      if (exitCode !== 0) throw new Error(`${words[0]} ended with ${exitCode}\n${output}`);
    }
  }

  /** Gives the ordinary user a sudo that asks for no password. */
  async allowSudo(): Promise<void> {
    await this.succeeds("root", "apt-get update -qq && apt-get install -y -qq sudo");
    const line = `${ordinaryUser} ALL=(ALL) NOPASSWD: ALL\n`;
    writeFileSync(join(this.#options.root, "etc/sudoers.d/tester"), line, { mode: 0o440 });
  }

  /**
   * Runs `command` in the user's home directory. The namespaces die with this process, whatever
   * ends it, and all mounts and processes with them.
   * @throws `LateError`.
   */
  async run(user: "root" | "tester", command: string): Promise<PhaseEnd> {
    const { archives, logFile, phases, root } = this.#options;
    const said = `${user}$ ${command}`;
    console.log(`  ${said}`);
    appendFileSync(logFile, `${said}\n`);
    const words = inNamespaces(["sh", enter, root, archives, user, command]);
    return await phases.run({ name: said, limitMs: commandLimitMs }, words, logFile);
  }

  /** The same for what has to succeed. @throws with the end of its output. */
  async succeeds(user: "root" | "tester", command: string): Promise<string> {
    const { exitCode, output } = await this.run(user, command);
    if (exitCode === 0) return output;
    throw new Error(`${command}: ended with ${exitCode}\n${lastLines(output)}`);
  }
}

export function lastLines(output: string): string {
  return output.trim().split("\n").slice(-shownLines).join("\n");
}
