/** A small vitest project in a directory of its own, run by the real vitest with our reporter. */
import {
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
import { execa } from "execa";

const repository = join(import.meta.dirname, "../..");
const reporter = join(repository, "harness/plugin/junit-reporter.ts");
const limitMs = 30_000;

/** A project on disk. Dispose of it when done: the whole directory goes. */
export class InlineProject {
  readonly root: string;

  /** `files` by relative path; `config` is what stands in `test: { … }` of the configuration. */
  constructor(files: Record<string, string>, config = "") {
    this.root = mkdtempSync(join(tmpdir(), "bringup-reports-"));
    symlinkSync(join(repository, "node_modules"), join(this.root, "node_modules"));
    this.#write("package.json", '{ "type": "module" }');
    this.#write("vitest.config.ts", configuration(config));
    for (const [path, text] of Object.entries(files)) this.#write(path, text);
  }

  /** Starts vitest; the promise never rejects. The limit ends it with SIGKILL. */
  start(parameters: readonly string[] = [], variables: Record<string, string> = {}) {
    return execa(join(repository, "node_modules/.bin/vitest"), ["run", ...parameters], {
      cwd: this.root,
      env: { ...environment(), ...variables },
      extendEnv: false,
      reject: false,
      all: true,
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
  }

  get hasReport(): boolean {
    return existsSync(join(this.root, "out/junit.xml"));
  }

  /** The report as it is on disk. */
  readReport(): string {
    return readFileSync(join(this.root, "out/junit.xml"), "utf8");
  }

  /** The report without what differs between two runs of the same tests. */
  readStableReport(): string {
    return (
      this.readReport()
        .replaceAll(this.root, "<root>")
        // vitest names copies of attachments after a hash of the absolute path.
        .replace(/-[0-9a-f]{40}\./g, "-<hash>.")
        .replace(/ time="[\d.]+"/g, ' time="…"')
        .replace(/ timestamp="[^"]+"/g, ' timestamp="…"')
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function configuration(config: string): string {
  return `
    import { JunitReporter } from ${JSON.stringify(reporter)};
    export default {
      test: {
        includeTaskLocation: true,
        reporters: [
          "default",
          new JunitReporter({ outputFile: "out/junit.xml" }),
          ...(process.env.WITH_BLOB === "1" ? [["blob", { outputFile: "blobs/one.json" }]] : []),
        ],
        ${config}
      },
    };`;
}

/** The surrounding vitest must not colour the one inside, and neither must a build server. */
function environment(): Record<string, string> {
  const foreign = /^(VITEST|CI_PROJECT_DIR$|WORKSPACE$|CI$|GITHUB_|NODE_ENV$|TEST$|WITH_BLOB$)/;
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || foreign.test(name) ? [] : [[name, value] as const],
  );
  const node = join(repository, "node_modules/.bin");
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: "1",
    PATH: `${node}:${process.env.PATH ?? ""}`,
  };
}
