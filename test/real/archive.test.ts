/** The archive's own ways: out of reach, reached again, and asked by several at once. */
import { existsSync, mkdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bringup";
import { afterEach, vi } from "vitest";
import { Archive } from "./archive.ts";
import { AbsentError, ArchiveError } from "./archive-program.ts";
import { needs, scratchDirectory } from "./needs.ts";
import { sourceListOf } from "./source-list.ts";

/** Small, and of every release. */
const small = "busybox-static";
/** A port of this host that nothing listens at. */
const nowhere = "http://127.0.0.1:9";

afterEach(() => void vi.unstubAllEnvs());

const unpacked = () => new Archive("amd64").unpacked(small);

test("an archive out of reach is no archive without the package, and is asked again", async ({
  skip,
}) => {
  const cache = await scratchDirectory();
  vi.stubEnv("XDG_CACHE_HOME", cache);
  vi.stubEnv("http_proxy", nowhere);
  vi.stubEnv("https_proxy", nowhere);
  const error = await unpacked().catch((reason: unknown) => reason);
  vi.unstubAllEnvs();
  vi.stubEnv("XDG_CACHE_HOME", cache);
  expect(error).toBeInstanceOf(ArchiveError);
  expect(error).not.toBeInstanceOf(AbsentError);
  const tree = await needs(skip, "reached again", unpacked);
  expect(tree).toContain(`amd64/${small}_`);
});

test("several may be the first to ask, for the same package", async ({ skip }) => {
  vi.stubEnv("XDG_CACHE_HOME", await scratchDirectory());
  const trees = await needs(skip, "at once", () => Promise.all([unpacked(), unpacked()]));
  expect(trees[0]).toContain(`amd64/${small}_`);
  expect(trees[1]).toBe(trees[0]);
});

test("what nobody has used for weeks goes when something new comes", async ({ skip }) => {
  const cache = await scratchDirectory();
  vi.stubEnv("XDG_CACHE_HOME", cache);
  const daysAgo = (days: number, name: string) => {
    const tree = join(cache, "bringup", "real", "amd64", name);
    mkdirSync(join(tree, "boot"), { recursive: true });
    const time = new Date(Date.now() - days * 24 * 60 * 60_000);
    utimesSync(tree, time, time);
    return tree;
  };
  const trees = [15, 13].map((days) => daysAgo(days, `linux-image-6.1.0-${days}-amd64_6.1`));
  const fetched = [2, 0.5].map((days) => daysAgo(days, `fetch-${days}`));
  const tree = await needs(skip, "swept", unpacked);
  expect([...trees, ...fetched].map(existsSync)).toEqual([false, true, false, true]);
  // The package gives it a time of years ago; here it is new.
  expect(Date.now() - statSync(tree).mtimeMs).toBeLessThan(60_000);
});

test("another release comes from the mirror of the system's own", async ({ skip }) => {
  const line = await needs(skip, "source list", () => sourceListOf("trixie"));
  expect(line).toMatch(/^deb \S+:\/\S+ trixie main\n$/);
});
