/** What the watch for deaths makes of lines that come in pieces. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fatalPatterns } from "../../harness/deaths/index.ts";
import { FatalWatch } from "../../harness/serial/fatal-output.ts";
import type { FatalOutput } from "../../harness/serial/index.ts";
import { errorOf, patient, portOf, print, turn } from "./ports.ts";

const lines = [
  "Kernel panic handler installed",
  "panicked at src/main.rs:4:5:",
  "it broke: assertion `left == right` failed",
  "  left: 1",
  " right: 2",
  "[    1.2] Kernel bug detected[#1]:",
  "panic: ",
  "panic: out of memory",
  "default: 0",
  "ok 12 - kernel panic: recovers",
  "",
  "x".repeat(5000),
  `${"x".repeat(4090)} panicked at src/x.rs:1`,
  "(XEN) Panic on CPU 0:",
  "(XEN) FATAL TRAP: vec 13, #GP[0000]",
];

/** The outputs of a text that comes in these pieces. */
function outputsOf(pieces: readonly string[], patterns = fatalPatterns): FatalOutput[] {
  const outputs: FatalOutput[] = [];
  const watch = new FatalWatch(patterns, 0, (output) => {
    outputs.push({ decidedAt: output.decidedAt, line: output.line, complete: output.complete });
  });
  for (const piece of pieces) watch.add(piece);
  watch.settle();
  return outputs;
}

describe("the watch for deaths", () => {
  test("finds the same however the text is cut", patient, () => {
    const text = fc.array(fc.constantFrom(...lines), { maxLength: 8 });
    const cuts = fc.array(fc.nat(30_000), { maxLength: 20 });
    fc.assert(
      fc.property(text, cuts, (parts, at) => {
        const whole = parts.join("\n");
        const ends = [...at.filter((cut) => cut < whole.length), whole.length].sort(
          (a, b) => a - b,
        );
        const pieces = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
        expect(outputsOf(pieces)).toEqual(outputsOf([whole]));
      }),
    );
  });

  test("takes the reason below into the message, and judges what is none", () => {
    const text =
      "panicked at src/main.rs:4:5:\nassertion `left == right` failed\n  left: 1\n right: 2\nhalted\n";
    for (const pieces of [[text], [...text]]) {
      expect(outputsOf(pieces).map(({ line }) => line)).toEqual([
        "panicked at src/main.rs:4:5: assertion `left == right` failed left: 1 right: 2",
      ]);
    }
    const xen = "(XEN) Panic on CPU 0:\n(XEN) FATAL TRAP: vec 13\n(XEN) ****\n";
    expect(outputsOf([xen]).map(({ line }) => line)).toEqual([
      "(XEN) Panic on CPU 0: (XEN) FATAL TRAP: vec 13",
    ]);
    const two = "thread 'a' panicked at src/a.rs:1:1:\nnote: run with x\npanic: two\n";
    expect(outputsOf([two]).map(({ line }) => line)).toEqual([
      "thread 'a' panicked at src/a.rs:1:1:",
      "panic: two",
    ]);
  });

  test("counts from the word on, and nothing behind it saves", async () => {
    const port = portOf();
    const wait = errorOf(port.waitFor("Kernel panic"));
    for (const piece of ["Kernel pan", "ic", ": no ", "init\n"]) print(port, piece);
    expect((await wait).message).toContain("panic: Kernel panic: no init");
  });

  test("holds a match behind a word of death until the line is judged", async () => {
    const port = portOf();
    let found: string | undefined;
    const wait = port.waitFor("installed").then(({ text }) => {
      found = text;
    });
    print(port, "Kernel panic handler installed");
    await turn();
    expect(found).toBeUndefined();
    print(port, "\n");
    await wait;
    expect(found).toBe("installed");
  });

  test("finds ours and a test's own, the first of them", () => {
    const own = [...fatalPatterns, /^MY KERNEL DIED/m];
    expect(outputsOf(["a\nMY KERNEL DIED\npanic: x\n"], own).map(({ line }) => line)).toEqual([
      "MY KERNEL DIED",
      "panic: x",
    ]);
  });

  test("is not slowed down by a line that is full of one word", patient, () => {
    const exec = RegExp.prototype.exec;
    let looked = 0;
    RegExp.prototype.exec = function (text: string) {
      looked += text.length - (this.global ? this.lastIndex : 0);
      return exec.call(this, text);
    };
    const chunk = "panicked at ".repeat(5000);
    try {
      outputsOf(Array<string>(10).fill(chunk));
    } finally {
      RegExp.prototype.exec = exec;
    }
    expect(looked / (10 * chunk.length)).toBeLessThan(100);
  });
});
