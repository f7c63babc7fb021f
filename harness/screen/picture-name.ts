/** The name that a test gives a picture, and the files of one machine that have such names. */
import { SpecError } from "../evidence/index.ts";
import {
  cutName,
  foldedName,
  longestFileNameBytes,
  portableName,
  readableName,
} from "../store/index.ts";

const extension = ".png";
/** Room for the number of a name that is taken. */
const numberBytes = 8;

/** @throws `SpecError` for a name that a file cannot have, or that leads elsewhere. */
export function checkPictureName(name: unknown): void {
  if (name === undefined) return;
  const isWords = typeof name === "string" && /[\p{L}\p{N}]/u.test(readableName(name));
  if (isWords && !/[/\\\p{Cc}]|\.png$/iu.test(name)) return;
  const takes = 'takes a name such as "after the boot", without directories and without ".png"';
  throw new SpecError(
    "name",
    `got ${typeof name === "string" ? JSON.stringify(name) : String(name)}, ${takes}`,
  );
}

/** What a picture is kept for: for each, the same name may be wished for. */
export type PictureKind = "capture" | "number" | "matcher" | "end";

/** Names of the pictures of one machine: each wish has a file of its own. */
export class PictureNames {
  readonly #wishes = new Map<string, string>();

  /**
   * The file name for a wish, with its extension: the same for the same wish, and no other's. */
  fileOf(kind: PictureKind, name: string): string {
    const wish = `${kind}\n${name}`;
    const mostBytes = longestFileNameBytes - extension.length - numberBytes;
    const readable = portableName(cutName(readableName(name), mostBytes));
    for (let number = 1; ; number += 1) {
      const file = `${number === 1 ? readable : `${readable}-${number}`}${extension}`;
      const known = this.#wishes.get(foldedName(file)) ?? wish;
      if (known !== wish) continue;
      this.#wishes.set(foldedName(file), wish);
      return file;
    }
  }
}
