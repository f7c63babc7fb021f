/** Stacks that point at the user's code, whoever raised the error. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  atCallSite,
  atPlace,
  CallSite,
  HostError,
  SpecError,
} from "../../harness/evidence/index.ts";
import { writeReport } from "../../harness/reports/index.ts";

const here = import.meta.filename;
const harness = join(import.meta.dirname, "../../harness");

function thrownBy(act: () => void): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

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

describe("a cause", () => {
  test("has no frames of the harness, where the world around it is the reason", () => {
    const error = thrownBy(() => writeReport("/dev/null/report.xml", ""));
    expect(error).toBeInstanceOf(HostError);
    const { message, stack } = error.cause as Error;
    expect(message).toMatch(/^E[A-Z]+: /);
    expect(stack).toContain(here);
    expect(stack).not.toMatch(/\/harness\/|node:internal/);
  });

  test("keeps the frames of a mistake in the harness itself, and of the user's code", () => {
    const mistake = new TypeError("x is not a function");
    mistake.stack = `TypeError: x is not a function\n    at f (${harness}/qmp/client.ts:1:2)`;
    const { stack } = mistake;
    new SpecError("kernel", "cannot be read", { cause: mistake });
    expect(mistake.stack).toBe(stack);
    const plain = new Error("refused");
    const [first, ...frames] = String(plain.stack).split("\n");
    new SpecError("kernel", "cannot be read", { cause: plain });
    expect(String(plain.stack).split("\n").slice(0, 2)).toEqual([first, frames[0]]);
  });

  test("that is frozen, or no error, does no harm", () => {
    const frozen = new Error("refused");
    frozen.stack = `Error: refused\n    at f (${harness}/qmp/client.ts:1:2)`;
    const error = new SpecError("kernel", "cannot be read", { cause: Object.freeze(frozen) });
    expect(error.cause).toBe(frozen);
    expect(new SpecError("kernel", "cannot be read", { cause: "words" }).cause).toBe("words");
  });
});

test("an error at a place points there", () => {
  const error = atPlace(new Error("not awaited"), { file: "/a/boot.test.ts", line: 3, column: 5 });
  expect(error.stack).toBe("Error: not awaited\n    at /a/boot.test.ts:3:5");
});
