/** The sample project of `fixtures/e2e/tiny-kernel` with the packed package installed in it. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PackedPackage } from "./packed-package.ts";
import { type Desk, repository } from "./stranger.ts";

const sample = join(repository, "fixtures/e2e/tiny-kernel");

/** One change to one file: `from` must stand in it. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** What `npm test` said and wrote. */
export interface Verdict {
  readonly exitCode: number | undefined;
  /** What a person sees, without what differs between two runs of the same tests. */
  readonly output: string;
  /** The JUnit file in the same form, or `undefined` where there is none. */
  readonly junit: string | undefined;
}

export class KernelProject {
  readonly root: string;
  readonly #desk: Desk;

  private constructor(desk: Desk, root: string) {
    this.#desk = desk;
    this.root = root;
  }

  /** `omit: "peer"` leaves vitest out. */
  static async install(
    desk: Desk,
    name: string,
    { tarball }: PackedPackage,
    options: { readonly omit?: "peer" } = {},
  ): Promise<KernelProject> {
    const root = join(desk.root, name);
    cpSync(sample, root, { recursive: true });
    writeManifest(root, tarball, options.omit === undefined ? ["vitest", "@types/node"] : []);
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund"];
    const omit = options.omit === undefined ? [] : [`--omit=${options.omit}`];
    await desk.mustRun(["npm", "install", ...quiet, ...omit], root);
    return new KernelProject(desk, root);
  }

  /** Runs `npm test` on the sample with `edits`, which are taken back afterwards. */
  async test(edits: readonly Edit[] = [], variables: Record<string, string> = {}) {
    for (const directory of ["build", "reports", ".bringup"]) this.#remove(directory);
    mkdirSync(join(this.root, "reports"));
    this.write("reports/junit.xml", "from the run before\n");
    for (const { file, from, to } of edits) this.#replace(file, from, to);
    // One stream: where there are two, nobody knows what was written first.
    const result = await this.run(["sh", "-c", "exec npm test --silent 2>&1"], variables);
    for (const { file } of edits) cpSync(join(sample, file), join(this.root, file));
    const report = join(this.root, "reports/junit.xml");
    return {
      exitCode: result.exitCode,
      output: this.stable(result.all),
      junit: existsSync(report) ? this.stable(readFileSync(report, "utf8")) : undefined,
    } satisfies Verdict;
  }

  /** Runs a program in the project's directory; the promise never rejects. */
  run(command: readonly [string, ...string[]], variables: Record<string, string> = {}) {
    return this.#desk.run(command, this.root, variables);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.root, file), text);
  }

  /** Without paths, times, addresses, and what depends on the computer and its QEMU. */
  stable(text: string): string {
    return (
      text
        .replaceAll(this.root, "<project>")
        .replace(/\d{8}-\d{6}-[0-9a-f]{6}/g, "<run>")
        .replace(/(?<=\/[\w.-]+)-\d+_\d+(?=\/)/g, "-<test>")
        .replace(/^ ❯ .*\/bringup\/dist\/.*\n/gm, "")
        .replace(/(?<=images\/)[0-9a-f]{16}/g, "<hash>")
        .replace(/\b[0-9a-f]{64}\b/g, "<sha256>")
        .replace(/0x10[0-9a-f]{4}/g, "<address>")
        // vitest's own line of times has a share for each phase.
        .replace(/(?<=Duration {2}).*/, "<duration>")
        .replace(/(?<=Start at {2}).*/, "<time>")
        .replace(/(?<=RUN {2})v\S+/, "<version>")
        .replace(/ \d+(?=ms$)/gm, " <n>")
        // Where a test was slow, it has a line of its own.
        .replace(/^ {3}✓ .*\n/gm, "")
        .replace(/ time="[\d.]+"/g, ' time="…"')
        .replace(/ timestamp="[^"]+"/g, ' timestamp="…"')
        .replace(/(?<=(see it again|reproduce): ).*/g, "<command>")
        .replace(
          /(?<=name="(accelerator\.\w+|qemu\.\w+|exit\.because|reproduce)" value=")[^"]*/g,
          "…",
        )
        // Newer QEMU still knows where a guest was that has ended it.
        .replace(/(debug-exit with status \d+) at \S+ in \w+(?: \(<address>\))?/g, "$1")
        .replace(/(exit\.status" value="\d+"\/>\n) +<property name="exit\.at".*\n/g, "$1")
        // Each clang draws the place of an error in its own way.
        .replace(/^ {2}\| {4}.*\n/gm, "")
        // A guest that runs may be anywhere by the time somebody looks.
        .replace(/(?<=machine: running, at ).*?(?= \(x86_64 .*\)$)/gm, "<somewhere>")
        .replace(/(?<=<somewhere> .*\n\n)( .*\n)+\n/g, "")
    );
  }

  #replace(file: string, from: string, to: string): void {
    const text = readFileSync(join(this.root, file), "utf8");
    if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)} to replace`);
    this.write(
      file,
      text.replace(from, () => to),
    );
  }

  #remove(directory: string): void {
    rmSync(join(this.root, directory), { recursive: true, force: true });
  }
}

/**
 * The project depends on the tarball and on the versions that this repository's lockfile names; the
 * lockfile goes along, so that npm need not ask the registry what there is today.
 */
function writeManifest(root: string, tarball: string, others: readonly string[]): void {
  const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));
  const manifest = JSON.parse(readFileSync(join(sample, "package.json"), "utf8"));
  const versions = others.map((name) => [name, lock.packages[`node_modules/${name}`].version]);
  manifest.devDependencies = { bringup: `file:${tarball}`, ...Object.fromEntries(versions) };
  lock.name = manifest.name;
  lock.packages[""] = manifest;
  writeFileSync(join(root, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock, null, 2));
}
