/** Finds virtiofsd, which serves a directory to a guest, and what this one can do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../evidence/index.ts";
import {
  type Environment,
  environmentValue,
  findOnPath,
  isExecutable,
  userDirectory,
} from "../process/index.ts";
import { askText } from "./ask.ts";
import { isRecord } from "./cache.ts";
import { listDescriptors } from "./firmware.ts";
import { installCommand } from "./install.ts";
import { identify } from "./locate.ts";
import { rememberHere } from "./remember.ts";

/** Milliseconds that it may take for its answer; it needs some 10. */
const helpLimitMs = 10_000;

/**
 * QEMU's own gives up its supplementary groups before it reads its options, and ends where it may
 * not (7.2, tools/virtiofsd/passthrough_ll.c, `drop_supplementary_groups`).
 */
const onlyOfRoot = "setgroups() failed";

/** A virtiofsd. */
export interface Virtiofsd {
  readonly path: string;
  /** There are two of that name: QEMU's own up to 7.2, in C, and its successor, in Rust. */
  readonly dialect: "c" | "rust";
  /** Whether it can keep the guest from writing. */
  readonly canBeReadOnly: boolean;
}

/** Where to look. */
export interface VirtiofsdRequest {
  /** Taken in place of `process.env`: PATH, XDG_CONFIG_HOME, HOME. */
  readonly environment?: Environment;
  /** Directories of descriptors, most specific first. */
  readonly directories?: readonly string[];
}

/**
 * The virtiofsd of PATH, or of QEMU's descriptors of vhost-user back-ends (QEMU,
 * docs/interop/vhost-user.json), because most distributions keep it apart from other programs.
 * @throws `HostError` without one, or where it does not answer.
 */
export async function findVirtiofsd(request: VirtiofsdRequest = {}): Promise<Virtiofsd> {
  const { environment = process.env } = request;
  const directories = request.directories ?? descriptorDirectories(environment);
  const described = listDescriptors(directories).map(binaryOf);
  const path = [findOnPath("virtiofsd", environmentValue("PATH", environment)), ...described].find(
    (one) => one !== undefined && isExecutable(one),
  );
  if (path === undefined) {
    throw new HostError(
      `install virtiofsd: there is none on PATH, and none described in ${directories.join(", ")}`,
      { remedy: installCommand(["virtiofsd"], environment) },
    );
  }
  return await rememberHere(`virtiofsd ${identify(path).text}`, async () => {
    const namedBy = "the look for virtiofsd";
    const asking = { path, namedBy, limitMs: helpLimitMs };
    const help = await askText(asking, ["--help"]).catch((error: unknown) => {
      if (error instanceof HostError && error.message.includes(onlyOfRoot)) return "";
      throw error;
    });
    return parseVirtiofsdHelp(path, help);
  });
}

/** Which of the two it is, by the options that it lists. */
export function parseVirtiofsdHelp(path: string, help: string): Virtiofsd {
  return {
    path,
    dialect: help.includes("--shared-dir") ? "rust" : "c",
    canBeReadOnly: help.includes("--readonly"),
  };
}

function descriptorDirectories(environment: Environment): string[] {
  const configuration = userDirectory("XDG_CONFIG_HOME", ".config", environment);
  return [configuration, "/etc", "/usr/share"].map((place) => join(place, "qemu", "vhost-user"));
}

/** The program of a descriptor that is for file systems. */
function binaryOf(descriptor: string): string | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(descriptor, "utf8"));
    if (!isRecord(content) || content.type !== "fs") return undefined;
    return typeof content.binary === "string" ? content.binary : undefined;
  } catch {
    // One that cannot be read describes nothing.
    return undefined;
  }
}
