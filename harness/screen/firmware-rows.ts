/** Rows that a PC's firmware has left on the screen before it started the guest. Pure. */

/**
 * What SeaBIOS prints on its way to the guest (src/bootsplash.c, src/boot.c, src/cdrom.c), and the
 * banner of iPXE's option ROMs. "No bootable device." and failures are none: no guest follows.
 */
const ofSeaBios = [
  /^SeaBIOS \(version \S+\)$/,
  /^Machine UUID [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^iPXE \(https?:\/\/ipxe\.org\) [0-9a-f]{2}:[0-9a-f]{2}\.\d [0-9A-F]{4} PCI/,
  /^Press (?:ESC|F12) for boot menu\.$/,
  /^Booting from (?:Floppy|Hard Disk|DVD\/CD|ROM|CBFS)\.\.\.$/,
];

/** The rows of a text screen with blank ones in the place of those that read as SeaBIOS's do. */
export function withoutSeaBios(rows: readonly string[]): readonly string[] {
  return rows.map((row) => (isOfSeaBios(row) ? "" : row));
}

export function isOfSeaBios(row: string): boolean {
  const text = row.trimEnd();
  return ofSeaBios.some((pattern) => pattern.test(text));
}
