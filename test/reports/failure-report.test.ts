/** Serialized errors as text. */
import { expect, test } from "vitest";
import { failureReport } from "../../harness/plugin/failure-report.ts";

const frame = (file: string, method = "") => ({ file, method, line: 3, column: 7 });

test("shows the difference, the user's frames relative to the root, and the causes", () => {
  const failure = failureReport(
    {
      name: "AssertionError",
      message: "no match",
      diff: "- a\n+ b",
      stacks: [
        frame("/project/tests/a.ts", "boot"),
        frame("/other/b.ts"),
        frame("node:internal/x"),
      ],
      // As vitest's own reporter leaves the name of a cause.
      cause: {
        name: "Caused by: QmpError",
        message: "refused",
        cause: { message: "closed" },
      },
    },
    "/project",
  );
  expect(failure).toEqual({
    type: "AssertionError",
    message: "no match",
    stack: [
      "- a",
      "+ b",
      "    at boot (tests/a.ts:3:7)",
      "    at /other/b.ts:3:7",
      "caused by: QmpError: refused",
      "caused by: Error: closed",
    ].join("\n"),
  });
});

test("shows the members of an AggregateError with their own causes", () => {
  const errors = [{ name: "TimeoutError", message: "one", cause: { message: "why" } }, "no error"];
  expect(failureReport({ name: "AggregateError", message: "two", errors }, "/project").stack).toBe(
    "together with: TimeoutError: one\ncaused by: Error: why",
  );
});

test("ends in a cycle of causes and says so", () => {
  const error: { message: string; cause?: { message: string } } = { message: "round" };
  error.cause = error;
  const lines = failureReport(error, "/project").stack.split("\n");
  expect(lines).toHaveLength(9);
  expect(lines.at(-1)).toBe("caused by: more, left out here");
});

test("a thrown value that is no error still has a type", () => {
  expect(failureReport({ message: "a string" }, "/project")).toEqual({
    type: "Error",
    message: "a string",
    stack: "",
  });
});
