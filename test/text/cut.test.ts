import { expect, test } from "vitest";
import { cutAfter, cutTo, quotedAfter } from "../../harness/text/index.ts";

test("what is short enough stays as it is", () => {
  expect(cutAfter("abc", 3)).toBe("abc");
  expect(cutTo("abc", 3)).toBe("abc");
  expect(quotedAfter('a"b', 3)).toBe('"a\\"b"');
});

test("a cut says how much is missing, outside of quotes", () => {
  expect(cutAfter("abcdef", 2)).toBe("ab… (4 more characters)");
  expect(cutTo("def", 48_211)).toBe("def… (48208 more characters)");
  expect(quotedAfter("abcdef", 2)).toBe('"ab"… (4 more characters)');
});
