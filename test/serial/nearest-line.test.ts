import { describe, expect, test } from "vitest";
import { nearestLine } from "../../harness/serial/nearest-line.ts";

const lines = ["SeaBIOS (version 1.16)", "Booting...", "Welcome to myos", "login as: ", ""];

describe("nearestLine", () => {
  test.each<[string, readonly (string | RegExp)[], string | undefined]>([
    ["a slip", ["Welcom to MyOS"], "Welcome to myos"],
    ["an expression", [/^Welcome to (?<name>\w+) \d+$/], "Welcome to myos"],
    ["the best of several patterns", ["zzzz", "Bootin", /qqq/], "Booting..."],
    ["nothing alike", ["panic"], undefined],
    ["a single letter", ["x"], undefined],
  ])("%s", (_, patterns, wanted) => {
    expect(nearestLine(lines, patterns)).toBe(wanted);
  });

  test("takes the newest of equals", () => {
    const same = ["1 ready", "2 ready"];
    expect(nearestLine(same, ["ready"])).toBe("2 ready");
    expect(nearestLine([], ["ready"])).toBeUndefined();
  });
});
