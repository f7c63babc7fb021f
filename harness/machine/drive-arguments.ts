/** The storage behind a disk → QEMU arguments, and the overlays that they name. Pure. */
import { type GraphDisk, graphArguments } from "./block-graph.ts";
import { limitNames } from "./disk-options.ts";

/** An overlay that has to be there when QEMU starts. */
export interface PlannedOverlay {
  readonly file: string;
  readonly format: string;
  readonly overlay: string;
}

/**
 * Arguments for a drive of that name. Most overlays are QEMU's own: `snapshot` puts an unlinked one
 * into its TMPDIR, which nothing has to clean up, even on SIGKILL.
 * @param directory takes the overlays that QEMU does not make itself.
 */
export function driveArguments(id: string, disk: GraphDisk, directory: string): string[] {
  if (isGraph(disk)) return graphArguments(id, disk, overlayOf(id, disk, directory)?.overlay);
  return ["-drive", `${driveWords(disk)},if=none,id=${id}`];
}

/** What `-drive` says of the image. */
export function driveWords(disk: GraphDisk): string {
  const keep = disk.readOnly ? "readonly=on" : disk.persist ? "snapshot=off" : "snapshot=on";
  const limits = Object.entries(disk.limits ?? {}).map(
    ([name, value]) => `,throttling.${limitNames[name as keyof typeof limitNames]}=${value}`,
  );
  const format = escapeComma(disk.format);
  return `file=${escapeComma(disk.file)},format=${format},${keep}${limits.join("")}`;
}

/** The overlay that a disk needs, if it needs one of ours. */
export function overlayOf(
  id: string,
  disk: GraphDisk,
  directory: string,
): PlannedOverlay | undefined {
  return isGraph(disk) ? overlayOfNode(id, disk, directory) : undefined;
}

/** The overlay of a disk that is a graph of nodes, which `snapshot` is not for. */
export function overlayOfNode(
  id: string,
  disk: GraphDisk,
  directory: string,
): PlannedOverlay | undefined {
  if (disk.readOnly || disk.persist) return undefined;
  return { file: disk.file, format: disk.format, overlay: `${directory}/${id}.qcow2` };
}

/** Whether `-drive` cannot say it. */
export function isGraph({ errors = [] }: GraphDisk): boolean {
  return errors.length > 0;
}

/** QEMU's option lists end a value at a comma; a doubled one is a comma (QEMU, invocation). */
export function escapeComma(value: string): string {
  return value.replaceAll(",", ",,");
}
