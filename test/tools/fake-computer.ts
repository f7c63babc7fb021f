/** A computer with nothing on PATH but the programs of the test, and a work tree to set up. */
import { execFile } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const repository = dirname(dirname(import.meta.dirname));

export interface Ending {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Shell text of programs that behave as `id`, `sudo`, `apt-get` and `npm` do. */
export const programs = {
  root: "echo 0",
  user: "echo 1000",
  sudoAllowed: 'log sudo "$@"; shift; "$@"',
  sudoRefused: 'log sudo "$@"; exit 1',
  /** Installs the program "tool" unless it is only to simulate. */
  aptGet: `log apt-get "$@"
    case "$*" in *--simulate*|update*) ;; *) /bin/ln -s /bin/sh "$here/tool";; esac`,
  /** Makes npm's record agree with the lockfile, as `npm ci` does. */
  npm: `log npm "$@"
    /bin/mkdir "$root/npm-is-running" || log overlap
    /bin/mkdir -p "$root/node_modules"
    /bin/cp "$root/package-lock.json" "$root/node_modules/.package-lock.json"
    /bin/rmdir "$root/npm-is-running"`,
} as const;

const toolRequirement = {
  id: "tool",
  purpose: "the tool of the test",
  neededBy: { development: "required" },
  platforms: [process.platform],
  command: "tool",
  packages: {
    apt: ["tool-apt"],
    dnf: ["tool-dnf"],
    pacman: ["tool-pacman"],
    zypper: ["tool-zypper"],
    brew: ["tool-brew"],
  },
};

export class FakeComputer {
  readonly root = mkdtempSync(join(tmpdir(), "bringup-setup-"));
  readonly #programs = join(this.root, "programs");
  readonly #log = join(this.root, "log");

  /** A work tree in which nothing is missing but the program "tool". */
  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.#programs);
    cpSync(join(repository, "tools/setup.mjs"), join(this.root, "tools/setup.mjs"));
    cpSync(join(repository, "tools/setup"), join(this.root, "tools/setup"), { recursive: true });
    const names = "harness/host/package-names.mjs";
    cpSync(join(repository, names), join(this.root, names));
    this.write("package.json", "{}");
    this.write("package-lock.json", { packages: {} });
    this.write("node_modules/.package-lock.json", { packages: {} });
    this.requireNode("20.0.0");
    for (const [name, script] of Object.entries(files)) this.add(name, script);
  }

  /** Puts a program on PATH. Inside it, `log`, `$here` and `$root` are defined. */
  add(name: string, script: string): void {
    const prelude = [
      "#!/bin/sh",
      `root='${this.root}' here='${this.#programs}'`,
      `log() { echo "$*" >> '${this.#log}'; }`,
    ];
    writeFileSync(join(this.#programs, name), [...prelude, script, ""].join("\n"), { mode: 0o755 });
  }

  /** Puts a program of the real computer on PATH. */
  link(name: string, target: string): void {
    symlinkSync(target, join(this.#programs, name));
  }

  write(path: string, content: unknown): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }

  /** Says how old a Node may be before the pinned one is brought in. */
  requireNode(
    oldestForDevelopment: string,
    packageName = "pinned-node",
    further: readonly object[] = [],
  ): void {
    const platform = `${process.platform}-${process.arch}`;
    this.write("harness/host/requirements.json", {
      node: { oldestForDevelopment, pinned: "99.0.0", packages: { [platform]: packageName } },
      requirements: [toolRequirement, ...further.map((one) => ({ ...toolRequirement, ...one }))],
    });
  }

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** What the programs were asked to do, one call a line. */
  get calls(): string[] {
    appendFileSync(this.#log, "");
    return readFileSync(this.#log, "utf8").split("\n").slice(0, -1);
  }

  /** Runs the set-up. Never rejects: a failure is an ending like any other. */
  setUp(variables: Readonly<Record<string, string>> = {}): Promise<Ending> {
    return new Promise((resolve) => {
      const script = join(this.root, "tools/setup.mjs");
      const options = { env: { ...variables, PATH: this.#programs }, timeout: 30_000 };
      const child = execFile(process.execPath, [script], options, (_error, stdout, stderr) => {
        resolve({ status: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
