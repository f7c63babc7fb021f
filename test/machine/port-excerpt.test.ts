/** Which lines of a port a failure shows. */
import { expect, test } from "vitest";
import { excerptOf } from "../../harness/machine/port-excerpt.ts";
import { portOf, print } from "../serial/ports.ts";

const panic = "Kernel panic - not syncing: no init";
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`);
const printed = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

test("the last twelve, where nothing fatal was printed or it is among them", () => {
  const port = portOf();
  print(port, printed(numbered(20)));
  expect(excerptOf(port)).toEqual({ lines: numbered(20).slice(-12) });
  print(port, printed([panic, ...numbered(11)]));
  expect(excerptOf(port)).toEqual({ lines: [panic, ...numbered(11)] });
});

test("all from the fatal line on, where that is hardly more", () => {
  const port = portOf();
  print(port, `before\n${printed([panic, ...numbered(16)])}last: `);
  expect(excerptOf(port)).toEqual({ lines: [panic, ...numbered(16), "last: "] });
});

test("the fatal line, what follows it, and the end, with how much lies between", () => {
  const port = portOf();
  const registers = "r".repeat(1_500);
  print(port, `before\n${printed([panic, registers, ...numbered(100)])}\n\n`);
  const { fatal, lines } = excerptOf(port);
  expect(lines).toEqual(numbered(100).slice(-12));
  const shown = `${registers.slice(0, 1_000)}… (500 more characters)`;
  expect(fatal?.lines).toEqual([panic, shown, ...numbered(4)]);
  expect(fatal?.leftOut).toBe(102 - 6 - 12);
});

test("the fatal line also where it is no longer in memory", () => {
  const port = portOf({}, { keptCharacters: 10_000 });
  print(port, printed([panic, ...numbered(5_000)]));
  expect(excerptOf(port).fatal).toEqual({ lines: [panic], leftOut: undefined });
});

test("not what a wait has let pass", async () => {
  const port = portOf();
  const wait = port.waitFor("line 3\n", { failOn: [] });
  print(port, printed([panic, ...numbered(100)]));
  await wait;
  expect(excerptOf(port).fatal).toBeUndefined();
});
