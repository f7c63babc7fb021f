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
  utimesSync,
  writeFileSync,
} from "node:fs";
import { rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AbsentError, ArchiveError, run } from "./archive-program.ts";
import { sourceListOf } from "./source-list.ts";

const dayMs = 24 * 60 * 60_000;
/** Lists are younger than this, or fetched anew. */
const freshMs = dayMs;
/** What nobody has used for this long goes: no run takes so long, so it is in nobody's hands. */
const unusedMs = 14 * dayMs;
/** The same for what a run that was killed has only half fetched. */
const halfMs = dayMs;

/** Packages of one architecture ("amd64", "arm64", "armhf", "riscv64"). */
export class Archive {
  readonly #arch: string;
  readonly #release: string | undefined;
  readonly #directory: string;
  /** Once the lists are there: why they could not be renewed, if so. */
  #updated: Promise<Error | undefined> | undefined;

  /** @param release "trixie": another one than the system's, from the system's mirror. */
  constructor(arch: string, release?: string) {
    this.#arch = arch;
    this.#release = release;
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
    const name = release === undefined ? arch : `${arch}-${release}`;
    this.#directory = join(cache, "bringup", "real", name);
  }

  /** Packages whose programs run here. */
  static async ofHost(): Promise<Archive> {
    return new Archive(await run("dpkg", ["--print-architecture"]));
  }

  /**
   * The directory with what a package holds, at its newest version. What other runs have left and
   * nobody has used for two weeks is removed whenever something new is unpacked.
   * @throws `ArchiveError` where apt, the archive or the package is out of reach.
   */
  async unpacked(name: string): Promise<string> {
    const version = await this.#field(name, "Version");
    const place = join(this.#directory, `${name}_${version.replaceAll(/[^\w.+~-]/g, "-")}`);
    if (markUsed(place)) return place;
    await this.#removeUnused();
    const fresh = mkdtempSync(join(this.#directory, "fetch-"));
    try {
      await this.#apt("--shared", "apt-get", ["download", `${name}:${this.#arch}`], fresh);
      const file = readdirSync(fresh).find((entry) => entry.endsWith(".deb"));
      if (file === undefined) throw new ArchiveError(`apt-get download left no ${name}`);
      await run("dpkg-deb", ["-x", file, "content"], fresh);
      // The package gives the directory a time of its own, of years ago perhaps.
      markUsed(join(fresh, "content"));
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

  /**
   * Those of `names` that apt could not install: no package, and none that alone provides it.
   * @throws `ArchiveError` where the lists are out of reach.
   */
  async missing(names: readonly string[]): Promise<string[]> {
    this.#updated ??= this.#update();
    const failure = await this.#updated;
    // With a state of its own apt knows nothing to be installed, and here only looks.
    const words = ["install", "--simulate", "-qq", "--no-install-recommends"];
    const canInstall = (wanted: readonly string[]) =>
      this.#apt("--shared", "apt-get", [...words, ...wanted]).then(
        () => true,
        () => false,
      );
    if (await canInstall(names)) return [];
    const missing: string[] = [];
    for (const name of names) {
      if (names.length === 1 || !(await canInstall([name]))) missing.push(name);
    }
    if (missing.length === names.length && failure !== undefined) throw failure;
    return missing;
  }

  async #removeUnused(): Promise<void> {
    const names = readdirSync(this.#directory).filter((name) => /_|^fetch-/.test(name));
    for (const name of names) {
      const path = join(this.#directory, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
      const limitMs = name.startsWith("fetch-") ? halfMs : unusedMs;
      if (Date.now() - mtimeMs > limitMs) await rm(path, { recursive: true, force: true });
    }
  }

  async #field(name: string, field: string): Promise<string> {
    this.#updated ??= this.#update();
    const failure = await this.#updated;
    const words = ["show", "--no-all-versions", `${name}:${this.#arch}`];
    const shown = await this.#apt("--shared", "apt-cache", words).catch(() => "");
    const value = new RegExp(`^${field}: (.*)$`, "m").exec(shown)?.[1];
    if (value !== undefined) return value;
    if (failure !== undefined) throw failure;
    const where = this.#release === undefined ? "" : ` in ${this.#release}`;
    throw new AbsentError(`the archive has no ${name} for ${this.#arch}${where}`);
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
      if (this.#release !== undefined) {
        replaceFile(this.#sourceList, await sourceListOf(this.#release));
      }
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

  get #sourceList(): string {
    return join(this.#directory, "sources.list");
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
      ...(this.#release === undefined
        ? {}
        : { Dir__Etc__sourcelist: this.#sourceList, Dir__Etc__sourceparts: "/dev/null" }),
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

/** Nobody sees half of it. */
function replaceFile(path: string, content: string): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, content);
  renameSync(fresh, path);
}

/** Gives a directory the present time. @returns whether there is such a directory. */
function markUsed(directory: string): boolean {
  if (!existsSync(directory)) return false;
  const now = new Date();
  utimesSync(directory, now, now);
  return true;
}
