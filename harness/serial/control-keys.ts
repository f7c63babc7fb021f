/**
 * What a terminal sends for a key. Characters and controls as in ECMA-48 (6th edition, 5.2 and
 * 5.4); cursor and editing keys as in "XTerm Control Sequences", section "PC-Style Function Keys",
 * with cursor keys in their normal mode.
 */
import { SpecError } from "../evidence/index.ts";

/** Keys that send one character. */
const characterKeys: Readonly<Record<string, string>> = {
  enter: "\r",
  escape: "\x1b",
  tab: "\t",
  // What terminals have sent since the VT220, and what Linux takes for the erase character.
  backspace: "\x7f",
  space: " ",
};

/** Keys that send `CSI <letter>`, with modifiers `CSI 1 ; <modifiers> <letter>`. */
const letterKeys: Readonly<Record<string, string>> = {
  up: "A",
  down: "B",
  right: "C",
  left: "D",
  end: "F",
  home: "H",
};

/** Keys that send `SS3 <letter>`, with modifiers as above. */
const firstFunctionKeys: Readonly<Record<string, string>> = { f1: "P", f2: "Q", f3: "R", f4: "S" };

/** Keys that send `CSI <number> ~`, with modifiers `CSI <number> ; <modifiers> ~`. */
const numberKeys: Readonly<Record<string, number>> = {
  insert: 2,
  delete: 3,
  "page-up": 5,
  "page-down": 6,
  f5: 15,
  f6: 17,
  f7: 18,
  f8: 19,
  f9: 20,
  f10: 21,
  f11: 23,
  f12: 24,
};

/** What each modifier adds to 1 in a sequence. */
const modifierValues: Readonly<Record<string, number>> = { shift: 1, alt: 2, ctrl: 4 };

/**
 * The characters that a terminal sends for `key`: a character, or a name, behind any of `ctrl-`,
 * `alt-` and `shift-`: "ctrl-c", "escape", "shift-tab", "ctrl-alt-delete".
 * @throws `SpecError` for a key that there is not, or that a terminal has nothing to send for.
 */
export function charactersOfKey(key: string): string {
  const { modifiers, name } = partsOf(key);
  const value = [...modifiers].reduce((sum, modifier) => sum + (modifierValues[modifier] ?? 0), 1);
  const letter = letterKeys[name];
  if (letter !== undefined) return value === 1 ? `\x1b[${letter}` : `\x1b[1;${value}${letter}`;
  const first = firstFunctionKeys[name];
  if (first !== undefined) return value === 1 ? `\x1bO${first}` : `\x1b[1;${value}${first}`;
  const number = numberKeys[name];
  if (number !== undefined) return value === 1 ? `\x1b[${number}~` : `\x1b[${number};${value}~`;
  const character = modifiedCharacter(name, modifiers);
  if (character === undefined) throw unknownKey(key);
  // Alt is sent as an escape before the character ("metaSendsEscape").
  return modifiers.has("alt") ? `\x1b${character}` : character;
}

function partsOf(key: string): { modifiers: ReadonlySet<string>; name: string } {
  if (typeof key !== "string") throw unknownKey(String(key));
  const modifiers = new Set<string>();
  let name = key;
  for (;;) {
    const [prefix, modifier = ""] = /^(ctrl|alt|shift)-(?=.)/su.exec(name) ?? [];
    if (prefix === undefined || modifiers.has(modifier)) return { modifiers, name };
    modifiers.add(modifier);
    name = name.slice(prefix.length);
  }
}

function modifiedCharacter(name: string, modifiers: ReadonlySet<string>): string | undefined {
  const isCharacter = [...name].length === 1 && !/\p{Cc}/u.test(name);
  const plain = characterKeys[name] ?? (isCharacter ? name : undefined);
  if (plain === undefined) return undefined;
  if (modifiers.has("shift")) {
    if (modifiers.has("ctrl")) return undefined;
    if (name === "tab") return "\x1b[Z";
    return /^[a-z]$/.test(plain) ? plain.toUpperCase() : undefined;
  }
  if (!modifiers.has("ctrl")) return plain;
  if (plain === " ") return "\0";
  // A control character is its letter without the two bits that make it one.
  return /^[@-_a-z]$/.test(plain) ? String.fromCharCode(plain.charCodeAt(0) & 0x1f) : undefined;
}

function unknownKey(key: string): SpecError {
  const tables = [characterKeys, letterKeys, numberKeys];
  const names = tables.flatMap((table) => Object.keys(table)).filter((name) => !/^f\d/.test(name));
  const takes = `a single character, ${names.join(", ")}, f1 to f12`;
  return new SpecError(
    "key",
    `a terminal cannot send ${JSON.stringify(key)}: press() takes ${takes}, ` +
      'and before them "ctrl-", "alt-" and "shift-" where that is a character or a sequence',
  );
}
