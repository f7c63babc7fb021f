/** Text that a guest printed, made fit for XML without hiding anything of it. */
import stripAnsi from "strip-ansi";

/**
 * What XML 1.0 cannot carry (section 2.2, "Characters": most control characters, U+FFFE, U+FFFF
 * and lone surrogates), what it changes on the way (a bare CR becomes LF, section 2.11), and DEL
 * and the C1 controls, which it allows but nobody can see.
 */
const invisible = /[\0-\x08\x0b-\x1f\x7f-\x9f\p{Surrogate}\ufffe\uffff]/gu;

/**
 * Makes any string fit for an XML attribute or section. Escape sequences of terminals go, CRLF
 * becomes LF, and each character that XML cannot carry becomes a visible `\u{1b}` with its code
 * point in hexadecimal. A backslash that was there before stays as it is, so this is for
 * reading and not for decoding; the exact bytes are in the log files beside the report.
 *
 * `]]>` becomes `]]\u{3e}`, because the XML writer below splits only the first one of a section.
 */
export function xmlText(text: string): string {
  return stripAnsi(text)
    .replaceAll("\r\n", "\n")
    .replace(invisible, escaped)
    .replaceAll("]]>", `]]${escaped(">")}`);
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
