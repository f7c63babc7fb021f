/** Stacks that point at the user's code, whoever raised the error. */
import { describe, expect, test } from "vitest";
import { atCallSite, atPlace, CallSite } from "../../harness/evidence/index.ts";

const here = import.meta.filename;

function ask(): CallSite {
  return new CallSite();
}

describe("an error at a call site", () => {
  test("has the caller's frames below its own words", () => {
    const error = atCallSite(new RangeError("too far\n  and why"), ask());
    const [first, second, frame] = String(error.stack).split("\n");
    expect([first, second]).toEqual(["RangeError: too far", "  and why"]);
    expect(frame).toMatch(/^\s+at ask /);
    expect(frame).toContain(here);
  });

  test("stays as it is where there is no frame of the user's", () => {
    const error = new Error("made here");
    const { stack } = error;
    expect(atCallSite(error, { frames: [] } as unknown as CallSite).stack).toBe(stack);
  });

  test("is the same error, and what is none stays what it is", () => {
    const error = new Error("x");
    expect(atCallSite(error, ask())).toBe(error);
    expect(atCallSite("words", ask())).toBe("words");
  });

  test("is found behind many frames of the harness, and the limit stays as it was", () => {
    const limit = Error.stackTraceLimit;
    const deep = (depth: number): CallSite => (depth === 0 ? ask() : deep(depth - 1));
    expect(deep(30).frames.length).toBeGreaterThan(30);
    expect(Error.stackTraceLimit).toBe(limit);
  });
});

test("an error at a place points there", () => {
  const error = atPlace(new Error("not awaited"), { file: "/a/boot.test.ts", line: 3, column: 5 });
  expect(error.stack).toBe("Error: not awaited\n    at /a/boot.test.ts:3:5");
});
