/** The picture that QEMU shows itself where neither firmware nor guest has set a mode. */
import type { Picture } from "./picture.ts";

/** QEMU, ui/console.c: grey on black in a row of characters, near the middle of this size. */
const size = { width: 640, height: 480 } as const;
const grey = 0xaa;
const textRow = { first: 208, behind: 272 } as const;

/** Whether it is "Guest has not initialized the display (yet).", in whatever words. */
export function isPlaceholder({ height, pixels, width }: Picture): boolean {
  if (width !== size.width || height !== size.height) return false;
  let greys = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red, green, blue] = [pixels[at], pixels[at + 1], pixels[at + 2]];
    if (red === 0 && green === 0 && blue === 0) continue;
    const line = Math.floor(at / 4 / width);
    const isText = line >= textRow.first && line < textRow.behind;
    if (!isText || red !== grey || green !== grey || blue !== grey) return false;
    greys += 1;
  }
  return greys > 0;
}
