/** The archive's own ways: out of reach, reached again, and asked by several at once. */
import { expect, test } from "bringup";
import { afterEach, vi } from "vitest";
import { AbsentError, Archive, ArchiveError } from "./archive.ts";
import { needs, scratchDirectory } from "./needs.ts";

/** Small, and of every release. */
const small = "busybox-static";
/** A port of this host that nothing listens at. */
const nowhere = "http://127.0.0.1:9";

afterEach(() => void vi.unstubAllEnvs());

const unpacked = () => new Archive("amd64").unpacked(small);

test("an archive out of reach is no archive without the package, and is asked again", async ({
  skip,
}) => {
  const cache = scratchDirectory();
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
  vi.stubEnv("XDG_CACHE_HOME", scratchDirectory());
  const trees = await needs(skip, "at once", () => Promise.all([unpacked(), unpacked()]));
  expect(trees[0]).toContain(`amd64/${small}_`);
  expect(trees[1]).toBe(trees[0]);
});
