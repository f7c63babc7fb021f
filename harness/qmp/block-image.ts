/** The image that a drive is made of, below the layers that the harness puts over it. Pure. */

/** What QEMU says of an image (`ImageInfo` in its qapi/block-core.json). */
export interface RawImage {
  readonly filename: string;
  readonly format: string;
  readonly "virtual-size": number;
  readonly "backing-image"?: RawImage;
  readonly "full-backing-filename"?: string;
  readonly "backing-filename-format"?: string;
}

/** A block node (`BlockDeviceInfo`). */
export interface RawNode {
  readonly drv: string;
  readonly file: string;
  readonly image: RawImage;
}

/** An image as a person knows it. */
export interface BlockImage {
  readonly file: string;
  readonly format: string;
  /** Whether writes go to an overlay over it that nobody keeps. */
  readonly discardsWrites: boolean;
}

/**
 * Overlays of the harness's own, in the private directory of a machine, and those that QEMU makes
 * there for `snapshot=on` ("vl.XXXXXX" of `create_tmp_file` in its block.c).
 */
const throwAway = /\/bringup-\w{6}\/machine-\w{6}\/[^/]+$/;

/** The lowest image of a drive, whose top one QEMU names. @param nodes all that QEMU has. */
export function imageBelow(top: RawImage, nodes: readonly RawNode[]): BlockImage {
  const { file, format } = layerOf(top);
  if (!throwAway.test(file)) return { file, format, discardsWrites: false };
  // QEMU counts what is below a filter among the backing images, too.
  for (let below = top["backing-image"]; below !== undefined; below = below["backing-image"]) {
    const layer = layerOf(below);
    if (!throwAway.test(layer.file)) return { ...layer, discardsWrites: true };
  }
  // Below layers of other kinds the overlay is known by its own node alone.
  const overlay = nodes.find((node) => node.drv === "qcow2" && node.file === file)?.image;
  const { "backing-filename-format": told, "full-backing-filename": named } = overlay ?? {};
  return { file: named ?? file, format: told ?? format, discardsWrites: true };
}

/** What opens as no file name is described as "json:{…}" (`bdrv_refresh_filename`, block.c). */
function layerOf({ filename, format }: RawImage): { file: string; format: string } {
  if (!filename.startsWith("json:")) return { file: filename, format };
  let layer: JsonLayer = JSON.parse(filename.slice("json:".length));
  let lowest = format;
  for (let below = belowOf(layer); below !== undefined; below = belowOf(layer)) {
    layer = below;
    if (layer.file !== undefined && !filters.includes(layer.driver)) lowest = layer.driver;
  }
  return { file: layer.filename ?? filename, format: lowest };
}

interface JsonLayer {
  readonly driver: string;
  readonly filename?: string;
  readonly file?: JsonLayer;
  readonly image?: JsonLayer;
}

/** Layers that change no byte of what is below. */
const filters = ["throttle", "blkdebug"];

function belowOf({ file, image }: JsonLayer): JsonLayer | undefined {
  return image ?? file;
}
