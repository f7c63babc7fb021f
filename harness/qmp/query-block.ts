/** Drives and what was read from and written to them, from `query-block` and `query-blockstats`. */
import { QmpError } from "../evidence/index.ts";
import type { QmpAsk } from "./ask.ts";
import { imageBelow, type RawImage, type RawNode } from "./block-image.ts";

/** What a drive has done since QEMU started. Times are QEMU's own, in nanoseconds. */
export interface BlockCounters {
  readonly readOperations: number;
  readonly readBytes: number;
  readonly readTimeNs: number;
  readonly writeOperations: number;
  readonly writtenBytes: number;
  readonly writeTimeNs: number;
  readonly flushOperations: number;
  readonly flushTimeNs: number;
  /** "Unmap", "trim" or "discard": the guest has said that it needs the data no more. */
  readonly discardOperations: number;
  readonly discardedBytes: number;
  readonly failedReadOperations: number;
  readonly failedWriteOperations: number;
  readonly failedFlushOperations: number;
  readonly failedDiscardOperations: number;
  /** Requests that the device refused, such as those beyond the end of the disk. */
  readonly invalidReadOperations: number;
  readonly invalidWriteOperations: number;
  readonly invalidFlushOperations: number;
  readonly invalidDiscardOperations: number;
  /** Offset in bytes behind the highest byte that was written; 0 where none was. */
  readonly highestWriteOffsetBytes: number;
}

/** One drive of the machine. */
export interface BlockDevice {
  /**
   * "disk0" for the first of the spec's `disks`, "disk1" for the next, "cdrom" for `cdrom`, and
   * "floppy0", "floppy1" for floppy disks; for a drive of `qemuArguments` its own id.
   */
  readonly id: string;
  /** The image, or `undefined` for a drive without a medium. */
  readonly file: string | undefined;
  /** How QEMU reads the image: "raw", "qcow2", … */
  readonly format: string | undefined;
  /** What the guest sees of the medium, in bytes. */
  readonly sizeBytes: number | undefined;
  readonly readOnly: boolean;
  /** Whether the guest's writes go to an overlay that nobody keeps. */
  readonly discardsWrites: boolean;
  /** Whether the medium can be changed. */
  readonly removable: boolean;
  /** "failed" or "nospace" after an error that has stopped the machine; "ok" otherwise. */
  readonly ioStatus: string | undefined;
  readonly counters: BlockCounters;
}

interface RawBlockDevice {
  readonly device: string;
  readonly qdev?: string;
  readonly removable: boolean;
  readonly "io-status"?: string;
  readonly inserted?: { readonly ro: boolean; readonly image: RawImage };
}

interface RawStatistics {
  readonly device?: string;
  readonly qdev?: string;
  readonly stats: Readonly<Record<string, number>>;
}

/** Every drive with its counters, in QEMU's order. */
export async function queryBlockDevices(ask: QmpAsk): Promise<readonly BlockDevice[]> {
  const devices = (await ask("query-block")) as readonly RawBlockDevice[];
  const statistics = (await ask("query-blockstats")) as readonly RawStatistics[];
  const nodes = (await ask("query-named-block-nodes", { flat: true })) as readonly RawNode[];
  return devices.map((raw) => {
    const id = idOf(raw);
    const own = statistics.find((other) => idOf(other) === id);
    const top = raw.inserted?.image;
    const image = top && imageBelow(top, nodes);
    return {
      id,
      file: image?.file,
      format: image?.format,
      sizeBytes: top?.["virtual-size"],
      readOnly: raw.inserted?.ro ?? false,
      discardsWrites: image?.discardsWrites ?? false,
      removable: raw.removable,
      ioStatus: raw["io-status"],
      counters: countersOf(own?.stats ?? {}),
    };
  });
}

/** @throws QmpError naming the drives that there are, if none is called `id`. */
export async function queryBlockCounters(ask: QmpAsk, id: string): Promise<BlockCounters> {
  const devices = await queryBlockDevices(ask);
  const device = devices.find((one) => one.id === id);
  if (device !== undefined) return device.counters;
  const names = devices.map((one) => one.id).join(", ");
  const there = names === "" ? "this machine has none" : `there are ${names}`;
  throw new QmpError(`no drive is called "${id}": ${there}`, { sent: { execute: "query-block" } });
}

/** A drive made with `-blockdev` has no name of its own: its device has. */
function idOf({ device, qdev }: { readonly device?: string; readonly qdev?: string }): string {
  if (device !== undefined && device !== "") return device;
  const named = /^\/machine\/peripheral\/([^/]+)/.exec(qdev ?? "")?.[1];
  return named ?? qdev ?? "";
}

function countersOf(raw: Readonly<Record<string, number>>): BlockCounters {
  const of = (name: string) => raw[name] ?? 0;
  return {
    readOperations: of("rd_operations"),
    readBytes: of("rd_bytes"),
    readTimeNs: of("rd_total_time_ns"),
    writeOperations: of("wr_operations"),
    writtenBytes: of("wr_bytes"),
    writeTimeNs: of("wr_total_time_ns"),
    flushOperations: of("flush_operations"),
    flushTimeNs: of("flush_total_time_ns"),
    discardOperations: of("unmap_operations"),
    discardedBytes: of("unmap_bytes"),
    failedReadOperations: of("failed_rd_operations"),
    failedWriteOperations: of("failed_wr_operations"),
    failedFlushOperations: of("failed_flush_operations"),
    failedDiscardOperations: of("failed_unmap_operations"),
    invalidReadOperations: of("invalid_rd_operations"),
    invalidWriteOperations: of("invalid_wr_operations"),
    invalidFlushOperations: of("invalid_flush_operations"),
    invalidDiscardOperations: of("invalid_unmap_operations"),
    highestWriteOffsetBytes: of("wr_highest_offset"),
  };
}
