/** Modules of a Linux kernel with those that they depend on. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { execa } from "execa";

/** Paths by name, where "-" and "_" are the same; files may end in ".ko" or ".ko.xz". */
export function listModules(directory: string): Map<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return new Map(
    paths
      .filter((path) => /\.ko(\.xz)?$/.test(path))
      .map((path) => [nameOf(path), join(directory, path)]),
  );
}

/**
 * The contents, by name, of the modules of those names and all that they need, each after what it
 * needs. A name that there is no file for is built into the kernel.
 * @param busybox a busybox that runs here, for modules that are compressed.
 */
export async function withDependencies(
  names: readonly string[],
  all: ReadonlyMap<string, string>,
  busybox: string,
): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  const visit = async (name: string) => {
    const path = all.get(plain(name));
    if (path === undefined || contents.has(plain(name))) return;
    const content = path.endsWith(".xz") ? await decompressed(path, busybox) : readFileSync(path);
    for (const needed of dependenciesOf(content)) await visit(needed);
    contents.set(plain(name), content);
  };
  for (const name of names) await visit(name);
  return contents;
}

async function decompressed(path: string, busybox: string): Promise<Buffer> {
  const { stdout } = await execa(busybox, ["xzcat", path], { encoding: "buffer" });
  return Buffer.from(stdout);
}

/** What the section `.modinfo` says: "depends=usbcore,scsi_mod". */
function dependenciesOf(module: Buffer): string[] {
  const start = module.indexOf("\0depends=");
  if (start === -1) return [];
  const end = module.indexOf(0, start + 1);
  const names = module.toString("latin1", start + "\0depends=".length, end);
  return names === "" ? [] : names.split(",");
}

function nameOf(path: string): string {
  return plain(basename(path).replace(/\.ko(\.xz)?$/, ""));
}

function plain(name: string): string {
  return name.replaceAll("-", "_");
}
