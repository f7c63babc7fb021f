/** What must be undone. */
import { describe, expect, test, vi } from "vitest";
import { StateError, TimeoutError } from "../../harness/evidence/index.ts";
import { CleanupStack } from "../../harness/process/index.ts";

const limitMs = 5_000;

describe("a stack", () => {
  test("undoes everything once, newest first, one after the other", async () => {
    const stack = new CleanupStack();
    const seen: string[] = [];
    for (const name of ["first", "second", "third"]) {
      stack.defer(name, async () => {
        seen.push(`${name} begins`);
        await new Promise(setImmediate);
        seen.push(`${name} ends`);
      });
    }
    await Promise.all([stack.dispose(limitMs), stack.dispose(limitMs)]);
    await stack.dispose(limitMs);
    const names = ["third", "second", "first"];
    expect(seen).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test("undoes also what is registered while it does", async () => {
    const stack = new CleanupStack();
    const seen: string[] = [];
    stack.defer("outer", () => {
      seen.push("outer");
      stack.defer("inner", () => void seen.push("inner"));
    });
    stack.defer("newest", () => void seen.push("newest"));
    await stack.dispose(limitMs);
    expect(seen).toEqual(["newest", "outer", "inner"]);
  });

  test("undoes at once what comes too late, and refuses it", async () => {
    const stack = new CleanupStack();
    await stack.dispose(limitMs);
    const undo = vi.fn(() => Promise.reject(new Error("not heard of")));
    expect(() => stack.defer("a late machine", undo)).toThrow(
      new StateError("registering the clean-up of a late machine", "disposed", ["open"]),
    );
    expect(undo).toHaveBeenCalledOnce();
  });

  test.each([
    ["throws", () => failWith("broken")],
    ["rejects", async () => failWith("broken")],
  ])("goes on when one %s, and raises that error as it is", async (_how, undo) => {
    const stack = new CleanupStack();
    const last = vi.fn();
    stack.defer("last", last);
    stack.defer("bad", undo);
    await expect(stack.dispose(limitMs)).rejects.toThrow(/^broken$/);
    expect(last).toHaveBeenCalledOnce();
    await expect(stack.dispose(limitMs)).rejects.toThrow(/^broken$/);
  });

  test("raises several errors together, and names whose they are", async () => {
    const stack = new CleanupStack();
    stack.defer("the disk", () => failWith("busy"));
    stack.defer("QEMU", () => Promise.reject("just words"));
    const failure = await stack.dispose(limitMs).catch((error) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure.message).toBe("2 clean-ups failed: QEMU: just words; the disk: busy");
    expect(failure.errors).toEqual(["just words", new Error("busy")]);
  });

  test("does not wait for ever, and names what hung", async () => {
    const stack = new CleanupStack();
    const last = vi.fn();
    stack.defer("last", last);
    stack.defer("the machine", () => new Promise(() => {}));
    await expect(stack.dispose(10)).rejects.toThrow(
      new TimeoutError("the clean-up of the machine", 10),
    );
    expect(last).toHaveBeenCalledOnce();
  });
});

function failWith(message: string): never {
  throw new Error(message);
}
