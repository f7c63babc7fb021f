/** Which keys type a character: the layouts of US and Japanese (JIS) keyboards. */
import type { QmpArguments } from "../qmp/index.ts";

/** A key by QEMU's name for it (`QKeyCode`). */
export type Key = Extract<
  QmpArguments<"send-key">["keys"][number],
  { readonly type: "qcode" }
>["data"];

export type KeyboardLayout = "us" | "jp";

/** The key of a character, and whether shift is held. */
export interface KeyStroke {
  readonly key: Key;
  readonly shift: boolean;
}

const letters = [..."abcdefghijklmnopqrstuvwxyz"] as Key[];
const digits = [..."1234567890"] as Key[];

/** Keys that type two characters: plain, and with shift. */
type KeyRow = readonly [key: Key, plain: string, shifted: string];

const common: readonly KeyRow[] = [
  ...letters.map((key): KeyRow => [key, key, key.toUpperCase()]),
  ["comma", ",", "<"],
  ["dot", ".", ">"],
  ["slash", "/", "?"],
];

const us: readonly KeyRow[] = [
  ...common,
  ...digits.map((key, index): KeyRow => [key, key, "!@#$%^&*()"[index] as string]),
  ["grave_accent", "`", "~"],
  ["minus", "-", "_"],
  ["equal", "=", "+"],
  ["bracket_left", "[", "{"],
  ["bracket_right", "]", "}"],
  ["backslash", "\\", "|"],
  ["semicolon", ";", ":"],
  ["apostrophe", "'", '"'],
];

/** JIS X 6002: where other keys are, and what they type. */
const jp: readonly KeyRow[] = [
  ...common,
  ...digits.map((key, index): KeyRow => [key, key, "!\"#$%&'()"[index] ?? ""]),
  ["minus", "-", "="],
  ["equal", "^", "~"],
  ["yen", "¥", "|"],
  ["bracket_left", "@", "`"],
  ["bracket_right", "[", "{"],
  ["semicolon", ";", "+"],
  ["apostrophe", ":", "*"],
  ["backslash", "]", "}"],
  ["ro", "\\", "_"],
];

const always: readonly (readonly [string, Key])[] = [
  [" ", "spc"],
  ["\n", "ret"],
  ["\r", "ret"],
  ["\t", "tab"],
  ["\b", "backspace"],
  ["\x1b", "esc"],
];

const tables: Readonly<Record<KeyboardLayout, ReadonlyMap<string, KeyStroke>>> = {
  us: tableOf(us),
  jp: tableOf(jp),
};

function tableOf(rows: readonly KeyRow[]): Map<string, KeyStroke> {
  const table = new Map<string, KeyStroke>();
  for (const [key, plain, shifted] of rows) {
    table.set(plain, { key, shift: false });
    if (shifted !== "") table.set(shifted, { key, shift: true });
  }
  for (const [character, key] of always) table.set(character, { key, shift: false });
  return table;
}

/** How a character is typed, or `undefined` if the layout has no key for it. */
export function keyStrokeOf(character: string, layout: KeyboardLayout): KeyStroke | undefined {
  return tables[layout].get(character);
}

/** Whether there is a table of that layout. */
export function isLayout(layout: unknown): layout is KeyboardLayout {
  return typeof layout === "string" && Object.hasOwn(tables, layout);
}

/** Names that people use, for QEMU's. */
const otherNames: Readonly<Record<string, Key>> = {
  control: "ctrl",
  option: "alt",
  meta: "meta_l",
  super: "meta_l",
  win: "meta_l",
  windows: "meta_l",
  cmd: "meta_l",
  del: "delete",
  ins: "insert",
  escape: "esc",
  enter: "ret",
  return: "ret",
  space: "spc",
  pageup: "pgup",
  pagedown: "pgdn",
  "page-up": "pgup",
  "page-down": "pgdn",
  arrowup: "up",
  arrowdown: "down",
  arrowleft: "left",
  arrowright: "right",
};

/** Keys that `press` takes by their own name. */
const named = new Set<string>([
  ...letters,
  ...digits,
  ...[...us, ...jp].map(([key]) => key),
  ...always.map(([, key]) => key),
  ..."shift shift_r ctrl ctrl_r alt alt_r meta_l meta_r menu caps_lock num_lock".split(" "),
  ..."scroll_lock print sysrq pause insert delete home end pgup pgdn up down left right".split(" "),
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
  ...Array.from({ length: 10 }, (_, index) => `kp_${index}`),
  ..."kp_add kp_subtract kp_multiply kp_divide kp_enter kp_decimal".split(" "),
  ..."henkan muhenkan hiragana katakanahiragana power sleep wake".split(" "),
]);

/** Keys that are held while another is pressed. */
const modifiers = /^(shift|ctrl|control|alt|option|meta|super|win|windows|cmd)(_[lr])?-(?=.)/is;

/** What is pressed together, or `undefined` where a part of it is no key. */
export function chordOf(keys: string, layout: KeyboardLayout): readonly Key[] | undefined {
  const held: Key[] = [];
  let name = keys;
  for (;;) {
    const prefix = modifiers.exec(name)?.[0];
    if (prefix === undefined) break;
    const modifier = keyNamed(prefix.slice(0, -1));
    if (modifier === undefined) return undefined;
    held.push(modifier);
    name = name.slice(prefix.length);
  }
  const key = [...name].length === 1 ? undefined : keyNamed(name);
  const stroke = key === undefined ? keyStrokeOf(name, layout) : { key, shift: false };
  if (stroke === undefined) return undefined;
  const isShifted = held.some((modifier) => modifier.startsWith("shift"));
  return [...held, ...(stroke.shift && !isShifted ? (["shift"] as const) : []), stroke.key];
}

/** The key of that name, or `undefined`. Capitals do not matter. */
export function keyNamed(name: string): Key | undefined {
  const plain = name.toLowerCase();
  return otherNames[plain] ?? (named.has(plain) ? (plain as Key) : undefined);
}
