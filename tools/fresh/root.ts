/** Minimal Debian systems: git, Node and nothing else that a project of ours needs. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { chmod, chown, copyFile, cp, mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { environmentValue, isOnPath, userDirectory } from "../../harness/process/index.ts";

/** Older than what we need, so that set-up has to bring the pinned one. */
const nodeVersion = "20.20.2";
const npmVersion = "10.9.9";
/** The archive has gone on then; apt would fetch most packages anew. */
const freshMs = 14 * 24 * 60 * 60_000;
const bootstrapLimitMs = 20 * 60_000;
const unpackLimitMs = 5 * 60_000;

/** The account that is not root in such a system. */
export const ordinaryUser = "tester";
const ordinaryId = 1000;

/** Why there can be no such system here, in words for a report. */
export class CannotMakeRoot extends Error {
  override name = "CannotMakeRoot";
}

/** Where systems are kept between runs. */
function cacheDirectory(): string {
  return join(userDirectory("XDG_CACHE_HOME", ".cache"), "bringup", "fresh");
}

/** Where apt keeps what it downloads for `release`. */
export function archivesDirectory(release: string): string {
  const path = join(cacheDirectory(), `${release}-archives`);
  mkdirSync(join(path, "partial"), { recursive: true });
  return path;
}

/**
 * The tar of a minimal system, made if there is none, or none of the last two weeks.
 * @throws `CannotMakeRoot` where that is not possible.
 */
export async function makeRootTar(release: string): Promise<string> {
  if (process.platform !== "linux") throw new CannotMakeRoot("only Linux can run another system");
  if (process.getuid?.() !== 0) throw new CannotMakeRoot("only root can make and enter a system");
  for (const program of ["tar", "unshare", "setpriv", "chroot"]) {
    if (!isOnPath(program)) throw new CannotMakeRoot(`${program} is not installed`);
  }
  const tar = join(cacheDirectory(), `${release}.tar`);
  if (existsSync(tar) && Date.now() - statSync(tar).mtimeMs < freshMs) return tar;
  mkdirSync(cacheDirectory(), { recursive: true });
  const half = `${tar}.${process.pid}`;
  try {
    await bootstrap(release, half);
    renameSync(half, tar);
  } finally {
    rmSync(half, { force: true, recursive: true });
    rmSync(`${half}.d`, { force: true, recursive: true });
  }
  return tar;
}

async function bootstrap(release: string, tar: string): Promise<void> {
  const include = "--include=git,ca-certificates";
  if (isOnPath("mmdebstrap")) {
    await make("mmdebstrap", ["--variant=apt", "--format=tar", include, release, tar]);
  } else if (isOnPath("debootstrap")) {
    await make("debootstrap", ["--variant=minbase", include, release, `${tar}.d`]);
    await make("tar", ["--create", "--file", tar, "--directory", `${tar}.d`, "."]);
  } else throw new CannotMakeRoot("neither mmdebstrap nor debootstrap is installed");
}

/** A Node and an npm of the registry, in the form that `/usr/local` takes. */
async function nodeTree(): Promise<string> {
  const tree = join(cacheDirectory(), `node-${nodeVersion}-npm-${npmVersion}`);
  if (existsSync(tree)) return tree;
  const half = `${tree}.${process.pid}`;
  const packages = [`node-linux-${process.arch}@${nodeVersion}`, `npm@${npmVersion}`];
  const quietly = ["--no-audit", "--no-fund", "--ignore-scripts"];
  await make("npm", ["install", "--global", "--prefix", half, ...quietly, ...packages]);
  renameSync(half, tree);
  return tree;
}

/** Unpacks the system into `directory`, with Node, an ordinary user, and the network's names. */
export async function unpackRoot(tar: string, directory: string): Promise<void> {
  await mkdir(directory);
  await chmod(directory, 0o755);
  const words = ["--extract", "--file", tar, "--directory", directory];
  await execa("tar", words, { timeout: unpackLimitMs });
  // Links in it stay as they are: npm's programs are links.
  await cp(await nodeTree(), join(directory, "usr/local"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await copyFile("/etc/resolv.conf", join(directory, "etc/resolv.conf"));
  // Where a proxy stands before the registry, its certificates come along.
  const trusted = environmentValue("NODE_EXTRA_CA_CERTS");
  if (trusted !== undefined) await copyFile(trusted, join(directory, "usr/local/host-ca.crt"));
  const home = join("home", ordinaryUser);
  const account = `${ordinaryUser}:x:${ordinaryId}:${ordinaryId}::/${home}:/bin/sh\n`;
  appendFileSync(join(directory, "etc/passwd"), account);
  appendFileSync(join(directory, "etc/shadow"), `${ordinaryUser}:*:20000:0:99999:7:::\n`);
  writeFileSync(join(directory, "etc/hosts"), `127.0.0.1 localhost ${hostname()}\n`);
  appendFileSync(join(directory, "etc/group"), `${ordinaryUser}:x:${ordinaryId}:\n`);
  await mkdir(join(directory, home), { recursive: true });
  await chown(join(directory, home), ordinaryId, ordinaryId);
}

async function make(file: string, words: readonly string[]): Promise<void> {
  const result = await execa(file, words, {
    all: true,
    reject: false,
    stdin: "ignore",
    timeout: bootstrapLimitMs,
  });
  if (result.exitCode === 0) return;
  const lines = (result.all ?? "").trim().split("\n").slice(-5).join("\n  ");
  throw new CannotMakeRoot(`${file} could not make it: ${result.shortMessage}\n  ${lines}`);
}
