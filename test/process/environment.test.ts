import { userInfo } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { environmentValue, userDirectory } from "../../harness/process/index.ts";

test("an empty variable counts as unset", () => {
  const environment = { EMPTY: "", ZERO: "0", SPACE: " " };
  const names = ["EMPTY", "MISSING", "ZERO", "SPACE"];
  expect(names.map((name) => environmentValue(name, environment))).toEqual([
    ...[undefined, undefined, "0", " "],
  ]);
  vi.stubEnv("BRINGUP_TRIAL", "here");
  expect(environmentValue("BRINGUP_TRIAL")).toBe("here");
  vi.stubEnv("BRINGUP_TRIAL", "");
  expect(environmentValue("BRINGUP_TRIAL")).toBeUndefined();
  vi.unstubAllEnvs();
});

test.each([
  [{ XDG_CACHE_HOME: "/x", HOME: "/h" }, "/x"],
  [{ XDG_CACHE_HOME: "x", HOME: "/h" }, "/h/.cache"],
  [{ XDG_CACHE_HOME: "", HOME: "/h" }, "/h/.cache"],
  [{ HOME: "" }, join(userInfo().homedir, ".cache")],
  [{}, join(userInfo().homedir, ".cache")],
])("the user's directory by %j is %s", (environment, expected) => {
  expect(userDirectory("XDG_CACHE_HOME", ".cache", environment)).toBe(expected);
});
