import { afterEach, expect, test, vi } from "vitest";
import { nodeTimers } from "../../harness/wait/timers.ts";
import { portOf, print } from "./ports.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("a pattern that holds everything up is named, once", async () => {
  let nowMs = 0;
  vi.spyOn(nodeTimers, "now").mockImplementation(() => {
    nowMs += 600;
    return nowMs;
  });
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const port = portOf();
  const wait = port.waitFor(/fast enough/);
  print(port, "one\n");
  expect(warn).not.toHaveBeenCalled();
  vi.spyOn(nodeTimers, "now").mockImplementation(() => {
    nowMs += 1_500;
    return nowMs;
  });
  print(port, "two\n");
  print(port, "three: fast enough\n");
  await wait;
  const warnings = warn.mock.calls
    .map(([text]) => String(text))
    .filter((text) => text.includes("fast"));
  expect(warnings).toEqual([
    expect.stringMatching(/^bringup: the pattern \/fast enough\/ took 1500 ms for \d+ characters/),
  ]);
});
