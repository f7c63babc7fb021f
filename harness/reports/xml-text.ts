/** Text that a guest printed, made fit for XML without hiding anything of it. */
import { printable } from "../text/index.ts";

/**
 * Makes any string fit for an XML attribute or section: `printable` makes visible all that XML 1.0
 * cannot carry (section 2.2, "Characters": most control characters, U+FFFE, U+FFFF and lone
 * surrogates) or changes on the way (a bare CR becomes LF, section 2.11).
 *
 * `]]>` becomes `]]\u{3e}`, because the XML writer below splits only the first one of a section.
 */
export function xmlText(text: string): string {
  return printable(text).replaceAll("]]>", `]]${escaped(">")}`);
}

/**
 * `xmlText`, and in addition `[[ATTACHMENT|` becomes `[[ATTACHMENT\u{7c}`. Build servers copy
 * the files that such lines name, so a guest must not be able to print one.
 */
export function foreignText(text: string): string {
  return xmlText(text).replaceAll("[[ATTACHMENT|", `[[ATTACHMENT${escaped("|")}`);
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
