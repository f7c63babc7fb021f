/**
 * Packages of Debian's archive, unpacked and kept: apt fetches and checks them with a state of its
 * own, so that no root is needed and the system's packages stay as they are.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** Why a package cannot be had here, in words for a report. */
export class ArchiveError extends Error {
  override name = "ArchiveError";
}

/** The archive is there, and has no such package. */
export class AbsentError extends ArchiveError {}

/** Milliseconds for apt's lists, and for one package: some 70 MB on a slow line. */
const updateLimitMs = 180_000;
const fetchLimitMs = 600_000;
/** Lists are younger than this, or fetched anew. */
const freshMs = 24 * 60 * 60_000;

/** Packages of one architecture ("amd64", "arm64", "armhf", "riscv64"). */
export class Archive {
  readonly #arch: string;
  readonly #directory: string;
  #updated: Promise<void> | undefined;

  constructor(arch: string) {
    this.#arch = arch;
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
    this.#directory = join(cache, "bringup", "real", arch);
  }

  /**
   * The directory with what a package holds, at its newest version.
   * @throws `ArchiveError` where apt, the archive or the package is out of reach.
   */
  async unpacked(name: string): Promise<string> {
    const version = await this.#field(name, "Version");
    const place = join(this.#directory, `${name}_${version.replaceAll(/[^\w.+~-]/g, "-")}`);
    if (existsSync(place)) return place;
    const fresh = mkdtempSync(join(this.#directory, "fetch-"));
    try {
      await this.#apt("apt-get", ["download", `${name}:${this.#arch}`], fetchLimitMs, fresh);
      const file = readdirSync(fresh).find((entry) => entry.endsWith(".deb"));
      if (file === undefined) throw new ArchiveError(`apt-get download left no ${name}`);
      await run("dpkg-deb", ["-x", file, "content"], fetchLimitMs, fresh);
      if (!existsSync(place)) renameSync(join(fresh, "content"), place);
      return place;
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }

  /** The package that a metapackage stands for: the first of its dependencies that matches. */
  async dependency(name: string, pattern: RegExp): Promise<string> {
    const found = pattern.exec(await this.#field(name, "Depends"))?.[0];
    if (found === undefined) throw new ArchiveError(`${name} depends on nothing like ${pattern}`);
    return found;
  }

  async #field(name: string, field: string): Promise<string> {
    this.#updated ??= this.#update();
    await this.#updated;
    const words = ["show", "--no-all-versions", `${name}:${this.#arch}`];
    const shown = await this.#apt("apt-cache", words, updateLimitMs).catch(() => "");
    const value = new RegExp(`^${field}: (.*)$`, "m").exec(shown)?.[1];
    if (value !== undefined) return value;
    throw new AbsentError(`the archive has no ${name} for ${this.#arch}`);
  }

  async #update(): Promise<void> {
    for (const part of ["lists/partial", "archives/partial"]) {
      mkdirSync(join(this.#directory, part), { recursive: true });
    }
    const mark = join(this.#directory, "updated");
    const age = await stat(mark).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => undefined,
    );
    if (age !== undefined && age < freshMs) return;
    writeFileSync(join(this.#directory, "status"), "");
    try {
      await this.#apt("apt-get", ["update"], updateLimitMs);
      writeFileSync(mark, "");
    } catch (error) {
      // One of several sources may fail; what matters is whether the packages are there.
      const lists = readdirSync(join(this.#directory, "lists"));
      if (!lists.some((name) => name.includes("_Packages"))) throw error;
    }
  }

  async #apt(program: string, words: string[], limitMs: number, cwd = this.#directory) {
    const options = {
      Dir__State: this.#directory,
      Dir__State__status: join(this.#directory, "status"),
      Dir__Cache: this.#directory,
      APT__Architecture: this.#arch,
      APT__Architectures: this.#arch,
      APT__Sandbox__User: "root",
      Acquire__Languages: "none",
      Acquire__Retries: "2",
    };
    const given = Object.entries(options).flatMap(([name, value]) => [
      "-o",
      `${name.replaceAll("__", "::")}=${value}`,
    ]);
    return await run(program, [...given, ...words], limitMs, cwd);
  }
}

async function run(file: string, words: string[], timeout: number, cwd: string): Promise<string> {
  const result = await execa(file, words, { cwd, timeout, reject: false, all: true });
  if (result.exitCode === 0) return result.stdout;
  const why = result.code === "ENOENT" ? `${file} is not installed` : lastLines(result.all ?? "");
  throw new ArchiveError(`${file} ${words.at(-1)}: ${why}`);
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-2).join("; ") || "it ended without a word";
}
