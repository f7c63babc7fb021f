/** Names of files that can be read, on every file system. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cutName,
  foldedName,
  hashedName,
  portableName,
  readableName,
} from "../../harness/store/index.ts";

describe("a readable name", () => {
  test.each([
    ["reaches the shell-1", "reaches-the-shell-1"],
    ["suite > boots (PVH)-1", "suite-boots-PVH--1"],
    ["../../etc/passwd", "etc-passwd"],
    [".hidden", "hidden"],
    ["起動する-1", "起動する-1"],
    ["süß & schön", "süß-schön"],
    ["Загрузка: ядро", "Загрузка-ядро"],
    ["नमस्ते", "नमस्ते"],
    ["❤️ boots", "boots"],
    ["a\u200bb\u202ec", "a-b-c"],
    ["???", ""],
    ["e\u0301", "é"],
    ["\ud800x", "x"],
  ])("of %j is %j", (text, name) => {
    expect(readableName(text)).toBe(name);
  });

  test("of ASCII is what it has always been", () => {
    const before = (text: string) =>
      text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "");
    const ascii = fc.string({ unit: "binary-ascii" });
    fc.assert(
      fc.property(ascii, (text) => {
        expect(readableName(text)).toBe(before(text));
      }),
    );
  });

  test("has nothing that leads elsewhere, and nothing that is not seen", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(readableName(text)).not.toMatch(/[\p{C}\p{Z}/\\:*?"<>|]|^\./u);
        expect(readableName(readableName(text))).toBe(readableName(text));
      }),
    );
  });
});

test("a name is cut in whole characters", () => {
  expect(cutName("abc", 2)).toBe("ab");
  expect(cutName("süß", 3)).toBe("sü");
  expect(cutName("süß", 2)).toBe("s");
  expect(cutName("👩‍🚀x", 10)).toBe("");
  expect(cutName("日本", 6)).toBe("日本");
});

test("devices of DOS are no names", () => {
  for (const name of ["con", "AUX", "nul.test.ts", "com1", "LPT9.x"]) {
    expect(portableName(name)).toBe(`_${name}`);
  }
  for (const name of ["console", "aux-1", "com10", "x.nul"]) expect(portableName(name)).toBe(name);
});

test("a hashed name can be read, and is as long as it may be", () => {
  expect(hashedName("a/b", 100)).toMatch(/^a-b-[0-9a-f]{8}$/);
  expect(hashedName("a/b", 100)).not.toBe(hashedName("a b", 100));
  expect(hashedName("???", 100)).toMatch(/^[0-9a-f]{8}$/);
  expect(hashedName("con", 100)).toMatch(/^_con-/);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      expect(Buffer.byteLength(hashedName(text, 251))).toBeLessThanOrEqual(251);
    }),
  );
});

test("names that a file system takes for one are folded to one", () => {
  expect(foldedName("Menü")).toBe(foldedName("MENU\u0308"));
  expect(foldedName("straße")).toBe(foldedName("STRASSE"));
  expect(foldedName("a")).not.toBe(foldedName("b"));
});
