/** Modules of a Linux kernel with those that they depend on. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Paths by name, where "-" and "_" are the same. */
export function listModules(directory: string): Map<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return new Map(
    paths
      .filter((path) => path.endsWith(".ko"))
      .map((path) => [plain(basename(path, ".ko")), join(directory, path)]),
  );
}

/**
 * The modules of those names and all that they need, each after what it needs. A name that there is
 * no file for is built into the kernel.
 */
export function withDependencies(names: readonly string[], all: ReadonlyMap<string, string>) {
  const order: string[] = [];
  const visit = (name: string) => {
    const path = all.get(plain(name));
    if (path === undefined || order.includes(path)) return;
    for (const needed of dependenciesOf(readFileSync(path))) visit(needed);
    if (!order.includes(path)) order.push(path);
  };
  for (const name of names) visit(name);
  return order;
}

/** What the section `.modinfo` says: "depends=usbcore,scsi_mod". */
function dependenciesOf(module: Buffer): string[] {
  const start = module.indexOf("\0depends=");
  if (start === -1) return [];
  const end = module.indexOf(0, start + 1);
  const names = module.toString("latin1", start + "\0depends=".length, end);
  return names === "" ? [] : names.split(",");
}

function plain(name: string): string {
  return name.replaceAll("-", "_");
}
