/** Names that differ never share a baseline, and committed files keep their names. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodePng } from "../../harness/screen/index.ts";
import { baselineFile, ownerOf } from "../../harness/vitest/baseline-file.ts";

const picture = { width: 1, height: 1, pixels: new Uint8Array(4) };

function folder(...committed: string[]): string {
  const path = mkdtempSync(join(tmpdir(), "test-of-baselines-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const name of committed) writeFileSync(join(path, `${name}.png`), encodePng(picture));
  return path;
}

const ofTest = (directory: string, name: string) => baselineFile(directory, { kind: "test", name });
const given = (directory: string, name: string) => baselineFile(directory, { kind: "given", name });

/** As the matcher does where there is none. */
function write(directory: string, kind: "test" | "given", name: string): string {
  const file = baselineFile(directory, { kind, name });
  const path = join(directory, `${file}.png`);
  writeFileSync(path, encodePng(picture, ownerOf({ kind, name })));
  return file;
}

test("names differ, and so do their files: in one run, and in the next with any of them", () => {
  const names = [
    ...["a b-1", "a-b-1", "a/b-1", "a  b-1", "A b-1", "起動する-1", "終了する-1", "起動 する-1"],
    ...["起動/する-1", "???-1", "!!!-1", "é-1", "e\u0301-1", "con", "straße-1", "STRASSE-1"],
    ...[`${"長".repeat(200)}1`, `${"長".repeat(200)}2`],
  ];
  const directory = folder();
  const files = names.map((name) => write(directory, "test", name));
  expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
  expect(readdirSync(directory)).toHaveLength(names.length);
  expect(files.slice(0, 2)).toEqual(["a-b-1", expect.stringMatching(/^a-b-1-[0-9a-f]{8}$/)]);
  expect(files.slice(5, 7)).toEqual(["起動する-1", "終了する-1"]);
  expect(names.map((name) => ofTest(directory, name))).toEqual(files);
  // Another process knows only what is on disk, and may begin anywhere.
  const elsewhere = join(folder(), "link");
  symlinkSync(directory, elsewhere);
  const reversed = names.toReversed();
  expect(reversed.map((name) => ofTest(elsewhere, name))).toEqual(files.toReversed());
  for (const file of files) expect(Buffer.byteLength(`${file}.png`)).toBeLessThanOrEqual(255);
});

describe("a committed file without a word of whose it is", () => {
  test.each([
    ["reaches the shell-1", "reaches-the-shell-1"],
    ["suite > boots (PVH)-1", "suite-boots-PVH--1"],
    ["con", "con"],
    ["x".repeat(251), "x".repeat(251)],
  ])("is that of %j", (name, file) => {
    expect(ofTest(folder(file), name)).toBe(file);
    expect(given(folder(file), name)).toBe(file);
  });

  test("is kept beside one that differs in case only", () => {
    const directory = folder("Menu", "menu");
    expect([ofTest(directory, "Menu"), ofTest(directory, "menu")]).toEqual([
      "Menu",
      expect.stringMatching(/^menu/),
    ]);
  });

  test("is the first one's that asks", () => {
    const directory = folder("a-b-1");
    expect(ofTest(directory, "a b-1")).toBe("a-b-1");
    expect(ofTest(directory, "a-b-1")).toMatch(/^a-b-1-/);
    expect(ofTest(directory, "a b-1")).toBe("a-b-1");
  });
});

test("a name that is the file's means the baseline of the test, and no other name's", () => {
  const directory = folder();
  expect(write(directory, "test", "draws its screen-1")).toBe("draws-its-screen-1");
  expect(given(directory, "draws-its-screen-1")).toBe("draws-its-screen-1");
  expect(given(directory, "draws its screen-1")).toMatch(/-[0-9a-f]{8}$/);
  expect(write(directory, "given", "after login")).toBe("after-login");
  expect(given(directory, "after-login")).toMatch(/^after-login-[0-9a-f]{8}$/);
  expect(given(directory, "after login")).toBe("after-login");
});

test("a file that is no picture is not asked whose it is", () => {
  const directory = folder();
  writeFileSync(join(directory, "a.png"), "PNG?");
  mkdirSync(join(directory, "b.png"));
  expect([ofTest(directory, "a"), ofTest(directory, "b")]).toEqual(["a", "b"]);
});
