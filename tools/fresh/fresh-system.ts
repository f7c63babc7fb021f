/** A system that nobody prepared: commands run in it as its users. */
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { ordinaryUser } from "./root.ts";

/** Set-up with everything to download, and a suite of a few files, on a slow line. */
const commandLimitMs = 25 * 60_000;
/** Without a word for so long, something hangs or does not say how far it is. */
const shownLines = 40;
const enter = join(import.meta.dirname, "enter.sh");

/** How a command ended, and all that it printed. */
export interface CommandEnd {
  readonly exitCode: number | undefined;
  readonly output: string;
}

export class FreshSystem {
  readonly root: string;
  readonly #archives: string;
  readonly #repository: string;
  readonly #logFile: string;

  constructor(options: { root: string; archives: string; repository: string; logFile: string }) {
    this.root = options.root;
    this.#archives = options.archives;
    this.#repository = options.repository;
    this.#logFile = options.logFile;
    rmSync(this.#logFile, { force: true });
  }

  /** Clones what is committed into the home directory of `user`. */
  async clone(user: "root" | "tester"): Promise<void> {
    const home = user === "root" ? "root" : join("home", ordinaryUser);
    const place = join(this.root, home, "bringup");
    await execa("git", ["clone", "--quiet", "--no-hardlinks", this.#repository, place]);
    if (user !== "root") await execa("chown", ["--recursive", "1000:1000", place]);
  }

  /** Gives the ordinary user a sudo that asks for no password. */
  async allowSudo(): Promise<void> {
    await this.succeeds("root", "apt-get update -qq && apt-get install -y -qq sudo");
    const line = `${ordinaryUser} ALL=(ALL) NOPASSWD: ALL\n`;
    writeFileSync(join(this.root, "etc/sudoers.d/tester"), line, { mode: 0o440 });
  }

  /**
   * Runs `command` in the user's home directory. The namespaces die with this process, whatever
   * ends it, and all mounts and processes with them.
   */
  async run(user: "root" | "tester", command: string): Promise<CommandEnd> {
    const bound = ["--pdeathsig", "KILL", "--", "unshare", "--mount", "--pid", "--fork"];
    const words = [...bound, "--kill-child", "sh", enter, this.root, this.#archives, user, command];
    console.log(`  ${user}$ ${command}`);
    const result = await execa("setpriv", words, {
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: commandLimitMs,
      killSignal: "SIGKILL",
    });
    const output = result.all ?? "";
    const how = result.timedOut ? `not done in ${commandLimitMs / 60_000} minutes` : "";
    appendFileSync(this.#logFile, `${user}$ ${command}\n${output}\n${how}\n`);
    return { exitCode: result.exitCode, output: `${output}\n${how}` };
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
