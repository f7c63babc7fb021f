import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { charactersOfKey } from "../../harness/serial/control-keys.ts";

describe("charactersOfKey", () => {
  test.each([
    ["a", "a"],
    ["é", "é"],
    ["-", "-"],
    ["enter", "\r"],
    ["escape", "\x1b"],
    ["tab", "\t"],
    ["backspace", "\x7f"],
    ["space", " "],
    ["ctrl-c", "\x03"],
    ["ctrl-C", "\x03"],
    ["ctrl-d", "\x04"],
    ["ctrl-space", "\0"],
    ["ctrl-@", "\0"],
    ["ctrl-[", "\x1b"],
    ["ctrl-\\", "\x1c"],
    ["ctrl-_", "\x1f"],
    ["alt-b", "\x1bb"],
    ["ctrl-alt-c", "\x1b\x03"],
    ["alt--", "\x1b-"],
    ["shift-a", "A"],
    ["shift-tab", "\x1b[Z"],
    ["up", "\x1b[A"],
    ["down", "\x1b[B"],
    ["right", "\x1b[C"],
    ["left", "\x1b[D"],
    ["home", "\x1b[H"],
    ["end", "\x1b[F"],
    ["shift-up", "\x1b[1;2A"],
    ["ctrl-left", "\x1b[1;5D"],
    ["f1", "\x1bOP"],
    ["shift-f4", "\x1b[1;2S"],
    ["f5", "\x1b[15~"],
    ["f12", "\x1b[24~"],
    ["insert", "\x1b[2~"],
    ["delete", "\x1b[3~"],
    ["page-up", "\x1b[5~"],
    ["page-down", "\x1b[6~"],
    ["ctrl-alt-delete", "\x1b[3;7~"],
  ])("%s", (key, characters) => {
    expect(charactersOfKey(key)).toBe(characters);
  });

  test.each([
    "",
    "f13",
    "Enter",
    "ctrl-",
    "ctrl-1",
    "ctrl-é",
    "shift-1",
    "ctrl-shift-c",
    "\n",
    "ab",
  ])("refuses %j", (key) => {
    expect(() => charactersOfKey(key)).toThrow(SpecError);
    expect(() => charactersOfKey(key)).toThrow(
      `key: a terminal cannot send ${JSON.stringify(key)}: press() takes a single character, ` +
        "enter, escape, tab, backspace, space, up, down, right, left, end, home, insert, delete, " +
        "page-up, page-down, f1 to f12",
    );
  });
});
