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
  // A device takes a node for writable unless it is told otherwise, whatever is below.
  const access = disk.readOnly ? { "read-only": true } : {};
  const failing = layers(disk, errors).reduce(
    (image, layer) => ({ ...failingNode(image, layer, access), ...access }),
    base,
  );
  return limits === undefined
    ? failing
    : { driver: "throttle", "throttle-group": groupName(name), file: failing, ...access };
}

function groupName(name: string): string {
  return `${name}-limits`;
}

function fileNode(driver: string, filename: string, isWritable: boolean): Node {
  return { driver, "read-only": !isWritable, file: { driver: "file", filename } };
}

/** Requests that fail in one node of blkdebug, and those that its one state counts before. */
interface Layer {
  readonly errors: readonly DiskError[];
  readonly after: number;
}

/**
 * Errors from the bottom up. Each that waits has a node of its own, for in one node the rules of
 * one event take the place of those of another, and a rule of several states fails once in each.
 * The longest wait is above the others, so that what these fail is counted, too.
 */
function layers({ readsOfQemu = 0 }: GraphDisk, errors: readonly DiskError[]): Layer[] {
  const atOnce = errors.filter(({ after }) => after === undefined);
  const waiting = errors
    .flatMap((error) => (error.after === undefined ? [] : { errors: [error], after: error.after }))
    .toSorted((one, other) => one.after - other.after)
    .map((layer) => ({ ...layer, after: layer.after + readsOfQemu }));
  return [...(atOnce.length === 0 ? [] : [{ errors: atOnce, after: 0 }]), ...waiting];
}

/**
 * Rules of blkdebug (QEMU, docs/devel/blkdebug.rst). The state counts the reads and writes that
 * have come; the events by which it does are of the format above.
 */
function failingNode(image: Node, { after, errors }: Layer, access: Node): Node {
  const counting = Array.from({ length: after }, (_, index) =>
    ["read_aio", "write_aio"].map((event) => ({ event, state: index + 1, new_state: index + 2 })),
  );
  const injected = { "inject-error": errors.map((error) => injection(error, after)) };
  const states = after === 0 ? {} : { "set-state": counting.flat() };
  return { driver: "raw", file: { driver: "blkdebug", image, ...injected, ...states, ...access } };
}

function injection({ errno = "EIO", on, once = false, sector }: DiskError, after: number): Node {
  const rule = {
    iotype: on,
    errno: errorNumber(errno),
    once,
    ...(sector === undefined ? {} : { sector }),
  };
  return after === 0
    ? { ...rule, event: "none" }
    : { ...rule, event: `${on}_aio`, state: after + 1 };
}
