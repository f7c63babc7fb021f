import { describe, expect, test } from "vitest";
import { describeWhere, matchesPartially } from "../../harness/qmp/match.ts";

describe("matchesPartially", () => {
  const actual = { guest: true, info: { type: "hyper-v", arg1: 5n, list: [{ a: 1, b: 2 }] } };

  test.each([
    [{}],
    [{ guest: true }],
    [{ info: { type: "hyper-v" } }],
    [{ info: { arg1: 5 } }],
    [{ info: { list: [{ a: 1 }] } }],
    [{ absent: undefined }],
  ])("holds for %o", (expected) => {
    expect(matchesPartially(actual, expected)).toBe(true);
  });

  test.each([
    [{ guest: false }],
    [{ guest: 1 }],
    [{ guest: undefined }],
    [{ info: { type: "s390" } }],
    [{ info: { arg1: 6 } }],
    [{ info: { list: [] } }],
    [{ info: { list: [{ a: 2 }] } }],
    [{ guest: { deeper: 1 } }],
    [{ info: [] }],
    [{ toString: Object.prototype.toString }],
  ])("does not hold for %o", (expected) => {
    expect(matchesPartially(actual, expected)).toBe(false);
  });
});

test("describeWhere shows what is asked for on one line", () => {
  expect(describeWhere(undefined)).toBe("");
  expect(describeWhere({ reason: "guest-reset" })).toBe(" where { reason: 'guest-reset' }");
  const cyclic: Record<string, unknown> = {};
  cyclic.itself = cyclic;
  expect(describeWhere(cyclic)).toContain("[Circular");
  expect(describeWhere((event: { data: object }) => event.data !== null)).toBe(
    " where (event) => event.data !== null",
  );
});
