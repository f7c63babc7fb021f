/** Where a window can be opened. */
import { expect, test } from "vitest";
import { hasGraphicalSession } from "../../harness/host/index.ts";

test.each([
  ["linux", { DISPLAY: ":0" }, true],
  ["linux", { WAYLAND_DISPLAY: "wayland-0" }, true],
  ["linux", { DISPLAY: "", WAYLAND_DISPLAY: "" }, false],
  ["linux", {}, false],
  ["darwin", {}, true],
] as const)("on %s with %j: %j", (platform, environment, expected) => {
  expect(hasGraphicalSession(environment, platform)).toBe(expected);
});
