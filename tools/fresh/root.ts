/** Minimal Debian systems: git, Node and nothing else that a project of ours needs. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { chmod, chown, copyFile, cp, mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  createPrivateDirectory,
  environmentValue,
  isOnPath,
  userDirectory,
} from "../../harness/process/index.ts";
import { inNamespaces } from "./namespaces.ts";
import type { Phase, Phases } from "./phases.ts";

/** Older than what we need, so that set-up has to bring the pinned one. */
const nodeVersion = "20.20.2";
const npmVersion = "10.9.9";
/** The archive has gone on then; apt would fetch most packages anew. */
const freshMs = 14 * 24 * 60 * 60_000;
const bootstrapLimitMs = 20 * 60_000;
const nodeLimitMs = 5 * 60_000;
const unpackLimitMs = 5 * 60_000;
const lookLimitMs = 10_000;

/** The account that is not root in such a system. */
export const ordinaryUser = "tester";
const ordinaryId = 1000;

/** Why there can be no such system here, in words for a report. */
export class CannotMakeRoot extends Error {
  override name = "CannotMakeRoot";
}

/** What every fresh system of a run is made from, and with. */
export interface RootParts {
  /** The minimal Debian, without anything of ours. */
  readonly tar: string;
  /** Node and npm, in the form that `/usr/local` takes. */
  readonly node: string;
  /** Where apt keeps what it downloads. */
  readonly archives: string;
}

/** Where systems are kept between runs, and made. */
export function cacheDirectory(): string {
  const path = join(userDirectory("XDG_CACHE_HOME", ".cache"), "bringup", "fresh");
  mkdirSync(path, { recursive: true });
  return path;
}

/**
 * What a system is made from: made now, unless it is in the cache, the tar for two weeks.
 * @throws `CannotMakeRoot` where that is not possible; `LateError`.
 */
export async function makeRootParts(
  release: string,
  phases: Phases,
  logFile: string,
): Promise<RootParts> {
  if (process.platform !== "linux") throw new CannotMakeRoot("only Linux can run another system");
  if (process.getuid?.() !== 0) throw new CannotMakeRoot("only root can make and enter a system");
  for (const program of ["tar", "unshare", "setpriv", "chroot", "npm", "git"]) {
    if (!isOnPath(program)) throw new CannotMakeRoot(`${program} is not installed`);
  }
  const make = async (phase: Phase, words: readonly string[], directory: string) => {
    const { exitCode, output } = await phases.run(phase, words, logFile, { TMPDIR: directory });
    if (exitCode === 0) return;
    const lines = output.trim().split("\n").slice(-5).join("\n  ");
    throw new CannotMakeRoot(`${phase.name} ended with ${exitCode}\n  ${lines}`);
  };
  const look = { name: "unshare", limitMs: lookLimitMs };
  await make(look, inNamespaces(["true"]), cacheDirectory());
  const archives = join(cacheDirectory(), `${release}-archives`);
  mkdirSync(join(archives, "partial"), { recursive: true });
  return { tar: await tarOf(release, make), node: await nodeTree(make), archives };
}

type Make = (phase: Phase, words: readonly string[], directory: string) => Promise<void>;

async function tarOf(release: string, make: Make): Promise<string> {
  const tar = join(cacheDirectory(), `${release}.tar`);
  if (existsSync(tar) && Date.now() - statSync(tar).mtimeMs < freshMs) return tar;
  return await madeWhole(tar, async (half, directory) => {
    const include = "--include=git,ca-certificates";
    const tree = join(directory, "tree");
    const phase = (name: string) => ({ name, limitMs: bootstrapLimitMs });
    // Both mount what they need: in namespaces of their own, so that it goes with them.
    if (isOnPath("mmdebstrap")) {
      const words = ["mmdebstrap", "--variant=apt", "--format=tar", include, release, half];
      await make(phase("mmdebstrap"), inNamespaces(words), directory);
    } else if (isOnPath("debootstrap")) {
      const words = ["debootstrap", "--variant=minbase", include, release, tree];
      await make(phase("debootstrap"), inNamespaces(words), directory);
      const pack = ["tar", "--create", "--file", half, "--directory", tree, "."];
      await make({ name: "tar", limitMs: unpackLimitMs }, pack, directory);
    } else throw new CannotMakeRoot("neither mmdebstrap nor debootstrap is installed");
  });
}

async function nodeTree(make: Make): Promise<string> {
  const tree = join(cacheDirectory(), `node-${nodeVersion}-npm-${npmVersion}`);
  if (existsSync(tree)) return tree;
  const packages = [`node-linux-${process.arch}@${nodeVersion}`, `npm@${npmVersion}`];
  const quietly = ["--no-audit", "--no-fund", "--ignore-scripts"];
  return await madeWhole(tree, async (half, directory) => {
    const words = ["npm", "install", "--global", "--prefix", half, ...quietly, ...packages];
    await make({ name: "npm install", limitMs: nodeLimitMs }, words, directory);
  });
}

/** Has `path` made beside it and moved there: nobody ever finds a half of it. */
async function madeWhole(
  path: string,
  make: (half: string, directory: string) => Promise<void>,
): Promise<string> {
  const directory = await createPrivateDirectory("root");
  try {
    const half = join(directory.path, "half");
    await make(half, directory.path);
    // Another run may have made one meanwhile.
    if (!existsSync(path) || !statSync(path).isDirectory()) renameSync(half, path);
  } finally {
    await directory.remove();
  }
  return path;
}

/** Unpacks the system into `directory`, with Node, an ordinary user, and the network's names. */
export async function unpackRoot(
  { node, tar }: RootParts,
  directory: string,
  phases: Phases,
  logFile: string,
): Promise<void> {
  await mkdir(directory);
  await chmod(directory, 0o755);
  const words = ["tar", "--extract", "--file", tar, "--directory", directory];
  const phase = { name: "unpacking the system", limitMs: unpackLimitMs };
  const { exitCode, output } = await phases.run(phase, words, logFile);
  if (exitCode !== 0) throw new Error(`${phase.name} ended with ${exitCode}\n${output}`);
  // Links in it stay as they are: npm's programs are links.
  await cp(node, join(directory, "usr/local"), { recursive: true, verbatimSymlinks: true });
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
