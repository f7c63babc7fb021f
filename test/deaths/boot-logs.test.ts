/** Whole logs of healthy systems, tests and firmware: none of their lines is a death. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fatalPatterns } from "../../harness/deaths/index.ts";
import { execWithin } from "../../harness/serial/bounded-look.ts";
import { portOf, print } from "../serial/ports.ts";

const folder = "fixtures/boot-logs";

test.each(readdirSync(folder))("%s", (name) => {
  const text = readFileSync(`${folder}/${name}`, "utf8");
  const lines = text.split("\n");
  expect(lines.length).toBeGreaterThan(15);
  const fatal = lines.filter((line) => fatalPatterns.some((pattern) => pattern.test(line)));
  expect(fatal).toEqual([]);
  for (const ending of ["\n", "\r\n"]) {
    const port = portOf();
    print(port, text.replaceAll("\n", ending));
    port.settle();
    expect(port.firstFatal?.line).toBeUndefined();
  }
});

test.each([
  "=",
  "*",
  "=*",
  "1:--",
  "00:",
  "1: ",
  "> ",
  "[x] ",
  "1 ",
  "1:2.",
  "E ",
  "ERROR: ",
  "cpu0: ",
  "a.c:1: ",
])("no row takes long for a line that begins with many of %j", (head) => {
  for (const tail of ["", "panic", "the panic handler is installed"]) {
    const line = `${head.repeat(60)} ${tail}`;
    const isSlow = (row: RegExp) => execWithin(row, line, 1_000) === "too slow";
    expect(fatalPatterns.findIndex(isSlow)).toBe(-1);
  }
});
