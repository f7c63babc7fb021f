/**
 * A disk as a graph of QEMU's block nodes, for what `-drive` cannot say: errors have to be above
 * the throw-away overlay, or a write would fail that only fills a cluster of it. Pure.
 */
import type { DiskError, DiskLimits } from "./disk-options.ts";
import { errorNumber, limitNames } from "./disk-options.ts";

/** What a graph is made of. */
export interface GraphDisk {
  readonly file: string;
  readonly format: string;
  readonly readOnly: boolean;
  readonly persist: boolean;
  readonly limits?: DiskLimits | undefined;
  readonly errors?: readonly DiskError[] | undefined;
  /**
   * Reads by QEMU itself when the device is made: all but NVMe guess their geometry from the first
   * sector (QEMU, hw/block/hd-geometry.c). They are counted as the guest's are.
   */
  readonly readsOfQemu?: number;
}

type Node = Readonly<Record<string, unknown>>;

/** Arguments for the disk as a node of that name; without `overlay` it is the image itself. */
export function graphArguments(
  name: string,
  disk: GraphDisk,
  overlay: string | undefined,
): string[] {
  const group = throttleGroup(name, disk.limits);
  const node = { ...blockNode(name, disk, overlay), "node-name": name };
  const words = ["-blockdev", JSON.stringify(node)];
  return group === undefined ? words : ["-object", JSON.stringify(group), ...words];
}

/** The object that has the limits, as `-object` and `object-add` take it. */
export function throttleGroup(name: string, limits: DiskLimits | undefined): Node | undefined {
  if (limits === undefined) return undefined;
  const words = Object.entries(limits).map(([limit, value]) => [
    limitNames[limit as keyof DiskLimits],
    value,
  ]);
  return { "qom-type": "throttle-group", id: groupName(name), limits: Object.fromEntries(words) };
}

/** The node without its name, as `-blockdev` and `blockdev-add` take it. */
export function blockNode(name: string, disk: GraphDisk, overlay: string | undefined): Node {
  const { errors = [], limits } = disk;
  const isWritable = !disk.readOnly && (disk.persist || overlay !== undefined);
  const image = fileNode(disk.format, disk.file, isWritable && overlay === undefined);
  const base =
    overlay === undefined ? image : { ...fileNode("qcow2", overlay, true), backing: image };
  // The events by which blkdebug counts requests come from the format above it.
  const failing =
    errors.length === 0
      ? base
      : { driver: "raw", file: { driver: "blkdebug", image: base, ...rules(disk, errors) } };
  return limits === undefined
    ? failing
    : { driver: "throttle", "throttle-group": groupName(name), file: failing };
}

function groupName(name: string): string {
  return `${name}-limits`;
}

function fileNode(driver: string, filename: string, isWritable: boolean): Node {
  return { driver, "read-only": !isWritable, file: { driver: "file", filename } };
}

/**
 * Rules of blkdebug (QEMU, docs/devel/blkdebug.rst). Its one state counts the reads and writes so
 * far, up to the most that an error waits for; an error holds in all states from its own on.
 */
function rules({ readsOfQemu = 0 }: GraphDisk, errors: readonly DiskError[]): Node {
  const late = errors.map((error) =>
    error.after === undefined ? error : { ...error, after: error.after + readsOfQemu },
  );
  const most = Math.max(...late.map(({ after = 0 }) => after));
  const counting = Array.from({ length: most }, (_, index) =>
    ["read_aio", "write_aio"].map((event) => ({ event, state: index + 1, new_state: index + 2 })),
  );
  const injected = { "inject-error": late.flatMap((error) => injections(error, most)) };
  return most === 0 ? injected : { ...injected, "set-state": counting.flat() };
}

function injections(error: DiskError, most: number): Node[] {
  const { after = 0, errno = "EIO", on, once = false, sector } = error;
  const rule = {
    iotype: on,
    errno: errorNumber(errno),
    once,
    ...(sector === undefined ? {} : { sector }),
  };
  if (on === "flush" || after === 0) return [{ ...rule, event: "none" }];
  const states = Array.from({ length: most - after + 1 }, (_, index) => after + 1 + index);
  return states.map((state) => ({ ...rule, event: `${on}_aio`, state }));
}
