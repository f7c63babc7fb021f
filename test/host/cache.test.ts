import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CacheEntry,
  cacheDirectory,
  isRecord,
  readCache,
  writeCache,
} from "../../harness/host/cache.ts";
import { temporaryDirectory, writeTree } from "./temporary.ts";

interface Fact {
  readonly text: string;
}

const entry = (key: string): CacheEntry<Fact> => ({
  kind: "fact",
  subject: "one",
  key,
  isValue: (value): value is Fact => isRecord(value) && typeof value.text === "string",
});

test.each([
  ["linux", { HOME: "/somewhere/ada", XDG_CACHE_HOME: "/caches" }, "/caches/bringup"],
  [
    "linux",
    { HOME: "/somewhere/ada", XDG_CACHE_HOME: "relative" },
    "/somewhere/ada/.cache/bringup",
  ],
  ["linux", { HOME: "/somewhere/ada" }, "/somewhere/ada/.cache/bringup"],
  ["darwin", { HOME: "/elsewhere/ada" }, "/elsewhere/ada/Library/Caches/bringup"],
] as const)("on %s with %o the cache is %s", (platform, environment, expected) => {
  expect(cacheDirectory(environment, platform)).toBe(expected);
});

describe("an entry", () => {
  test("is found again under the same key only", () => {
    const directory = temporaryDirectory();
    expect(writeCache(directory, entry("a"), { text: "yes" })).toBe(true);
    expect(readCache(directory, entry("a"))).toEqual({ text: "yes" });
    expect(readCache(directory, entry("b"))).toBeUndefined();
  });

  test("with a new key replaces the old one in place", () => {
    const directory = temporaryDirectory();
    writeCache(directory, entry("a"), { text: "old" });
    writeCache(directory, entry("b"), { text: "new" });
    expect(readCache(directory, entry("a"))).toBeUndefined();
    expect(readdirSync(directory)).toHaveLength(1);
  });

  test("that is corrupt is the same as none", () => {
    const directory = temporaryDirectory();
    writeCache(directory, entry("a"), { text: "yes" });
    const file = join(directory, readdirSync(directory)[0] ?? "");
    const good = JSON.stringify({ format: 1, key: "a", value: { text: "yes" } });
    const bad = fc.oneof(
      fc.string(),
      fc.json(),
      fc.nat(good.length - 1).map((length) => good.slice(0, length)),
      fc.constantFrom(
        good.replace('"format":1', '"format":0'),
        good.replace('"yes"', "7"),
        good.replace('{"text":"yes"}', "null"),
      ),
    );
    fc.assert(
      fc.property(bad, (text) => {
        writeFileSync(file, text);
        expect(readCache(directory, entry("a"))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
    writeFileSync(file, good);
    expect(readCache(directory, entry("a"))).toEqual({ text: "yes" });
  });

  test("is not written over a file that is none, but over what is left of one", () => {
    const directory = temporaryDirectory();
    writeCache(directory, entry("a"), { text: "yes" });
    const file = join(directory, readdirSync(directory)[0] ?? "");
    for (const text of ["notes of mine", "{}", '{"format":"v1","key":"a"}', "[1]"]) {
      writeFileSync(file, text);
      expect(writeCache(directory, entry("a"), { text: "yes" })).toBe(false);
      expect(readFileSync(file, "utf8")).toBe(text);
      expect(readdirSync(directory)).toHaveLength(1);
    }
    for (const text of [
      "",
      '{"form',
      '{"format":1,"key":"a","val',
      '{"format":0,"key":"of an older bringup"}',
    ]) {
      writeFileSync(file, text);
      expect(writeCache(directory, entry("a"), { text: "yes" })).toBe(true);
      expect(readCache(directory, entry("a"))).toEqual({ text: "yes" });
    }
  });

  test("that cannot be written fails nothing and leaves nothing", () => {
    const parent = temporaryDirectory();
    writeTree(parent, { file: "in the way" });
    const directory = join(parent, "file", "bringup");
    expect(writeCache(directory, entry("a"), { text: "yes" })).toBe(false);
    expect(readCache(directory, entry("a"))).toBeUndefined();
    expect(readdirSync(parent)).toEqual(["file"]);
  });
});

test("several writers at once: a reader sees one of the whole values", async () => {
  const directory = temporaryDirectory();
  const module = new URL("../../harness/host/cache.ts", import.meta.url).href;
  const program = `
    const { workerData } = await import("node:worker_threads");
    const { writeCache } = await import(workerData.module);
    const entry = { kind: "fact", subject: "one", key: "a", isValue: () => true };
    for (let round = 0; round < 30; round += 1) {
      writeCache(workerData.directory, entry, { text: workerData.letter.repeat(20_000) });
    }`;
  const source = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
  const workers = ["x", "y"].map(
    (letter) => new Worker(source, { workerData: { module, directory, letter } }),
  );
  let isOver = false;
  const ends = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.once("error", reject);
        worker.once("exit", () => resolve());
      }),
  );
  const allEnded = Promise.all(ends).then(() => {
    isOver = true;
  });
  writeCache(directory, entry("a"), { text: "z".repeat(20_000) });
  while (!isOver) {
    expect(readCache(directory, entry("a"))?.text).toMatch(/^(x+|y+|z+)$/);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await allEnded;
  expect(readdirSync(directory)).toHaveLength(1);
});
