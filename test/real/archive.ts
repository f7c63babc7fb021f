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

/** Milliseconds for one package, some 70 MB on a slow line, and for waiting for others' lists. */
const limitMs = 600_000;
/** Lists are younger than this, or fetched anew. */
const freshMs = 24 * 60 * 60_000;

/** Packages of one architecture ("amd64", "arm64", "armhf", "riscv64"). */
export class Archive {
  readonly #arch: string;
  readonly #directory: string;
  /** Once the lists are there: why they could not be renewed, if so. */
  #updated: Promise<Error | undefined> | undefined;

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
      await this.#apt("--shared", "apt-get", ["download", `${name}:${this.#arch}`], fresh);
      const file = readdirSync(fresh).find((entry) => entry.endsWith(".deb"));
      if (file === undefined) throw new ArchiveError(`apt-get download left no ${name}`);
      await run("dpkg-deb", ["-x", file, "content"], fresh);
      moveUnlessThere(join(fresh, "content"), place);
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
    const failure = await this.#updated;
    const words = ["show", "--no-all-versions", `${name}:${this.#arch}`];
    const shown = await this.#apt("--shared", "apt-cache", words).catch(() => "");
    const value = new RegExp(`^${field}: (.*)$`, "m").exec(shown)?.[1];
    if (value !== undefined) return value;
    if (failure !== undefined) throw failure;
    throw new AbsentError(`the archive has no ${name} for ${this.#arch}`);
  }

  async #update(): Promise<Error | undefined> {
    for (const part of ["lists/partial", "archives/partial"]) {
      mkdirSync(join(this.#directory, part), { recursive: true });
    }
    const mark = join(this.#directory, "updated");
    const age = await stat(mark).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => undefined,
    );
    if (age !== undefined && age < freshMs) return undefined;
    writeFileSync(join(this.#directory, "status"), "");
    try {
      await this.#apt("--exclusive", "apt-get", ["update"]);
      writeFileSync(mark, "");
      return undefined;
    } catch (error) {
      // One of several sources may fail; what matters is whether the packages are there.
      const lists = readdirSync(join(this.#directory, "lists"));
      if (!lists.some((name) => name.includes("_Packages"))) throw error;
      return error as Error;
    }
  }

  /**
   * Waits for other users of these lists: apt itself would give up. flock(1) becomes the program,
   * so that a limit ends apt and not its parent.
   */
  async #apt(
    lock: "--shared" | "--exclusive",
    program: string,
    words: string[],
    cwd = this.#directory,
  ): Promise<string> {
    const options = {
      Dir__State: this.#directory,
      Dir__State__status: join(this.#directory, "status"),
      Dir__Cache: this.#directory,
      APT__Architecture: this.#arch,
      APT__Architectures: this.#arch,
      APT__Sandbox__User: "root",
      // Otherwise lists that are out of reach are only a warning.
      "APT__Update__Error-Mode": "any",
      Acquire__Languages: "none",
      Acquire__Retries: "2",
    };
    const given = Object.entries(options).flatMap(([name, value]) => [
      "-o",
      `${name.replaceAll("__", "::")}=${value}`,
    ]);
    const guard = [lock, "--no-fork", join(this.#directory, "lock"), program];
    return await run("flock", [...guard, ...given, ...words], cwd, program);
  }
}

/** Another process may have unpacked the same version meanwhile. */
function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** @param name what the words are for, where the file only starts it. */
async function run(file: string, words: string[], cwd: string, name = file): Promise<string> {
  const result = await execa(file, words, { cwd, timeout: limitMs, reject: false, all: true });
  if (result.exitCode === 0) return result.stdout;
  if (result.code === "ENOENT") throw new ArchiveError(`${file} is not installed`);
  const why = result.timedOut ? `not done in ${limitMs} ms` : lastLines(result.all ?? "");
  throw new ArchiveError(`${name} ${words.at(-1)}: ${why}`);
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-2).join("; ") || "it ended without a word";
}
