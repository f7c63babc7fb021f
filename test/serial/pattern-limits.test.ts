/** Limits of patterns are named where a wait fails of them, and only there. */
import { describe, expect, test } from "vitest";
import { SpecError, TimeoutError } from "../../harness/evidence/index.ts";
import { backtrackingOf, mayTakeLong } from "../../harness/serial/backtracking.ts";
import { errorOf, portOf, print } from "./ports.ts";

const short = { timeoutMs: 20 };

describe("an expression that would hold everything up", () => {
  test("is ended at its limit, and the wait says so; others go on", async () => {
    const port = portOf();
    const [bad, good] = [port.waitFor(/^(a+)+$/), port.waitFor("done")];
    print(port, `${"a".repeat(60)}!\ndone\n`);
    const error = await errorOf(bad);
    expect(error).toBeInstanceOf(SpecError);
    expect(error.message).toMatch(
      /^pattern: \/\^\(a\+\)\+\$\/ took more than 1000 ms, the limit of one look, for \d+ char/,
    );
    await expect(good).resolves.toMatchObject({ text: "done" });
  });

  test("is found where it matches in time, with its groups", async () => {
    const port = portOf();
    const wait = port.waitFor(/(?<letters>(?:[a-z]+,)+) end/);
    print(port, "a,b,c,d,e,f,g,h,i,j,k,l,m,n, end\n");
    expect((await wait).match?.groups).toEqual({ letters: "a,b,c,d,e,f,g,h,i,j,k,l,m,n," });
  });

  test("is ended on a terminal, too", async () => {
    const port = portOf();
    const wait = port.terminal.waitForText(/(a|aa)+$/);
    print(port, `${"a".repeat(70)}!`);
    port.settle();
    expect((await errorOf(wait)).message).toContain("/(a|aa)+$/ took more than 1000 ms");
  });
});

describe("what may take long", () => {
  test.each<[RegExp, number]>([
    [/(a+)+$/, 40],
    [/(a|a)*b/, 40],
    [/((a{2,30}){2,40})b/, 50],
    [/(.*)(.*)x/, 9_999],
    [/\s+\s+$/, 9_999],
  ])("%s", (expression, characters) => {
    expect(mayTakeLong(backtrackingOf(expression), characters)).toBe(true);
  });

  test.each<[RegExp, number]>([
    [/(a+)+$/, 20],
    [/login: $/, 32_768],
    [/PID (\d+)/, 32_768],
    [/(?:ok|fail)$/, 32_768],
    [/[(a+)+]/, 9_999],
    [/\(a\+\)\+/, 9_999],
    [/(\d+) tests, (\d+) passed/, 2_000],
  ])("%s does not", (expression, characters) => {
    expect(mayTakeLong(backtrackingOf(expression), characters)).toBe(false);
  });
});

describe("a time-out names what a match can span", () => {
  const limit = /limit: a match of a regular expression can span 8192 characters/;

  test("where the expression may reach over more than that", async () => {
    for (const [pattern, text] of [
      [/begin[\s\S]*end/, `begin\n${"line\n".repeat(2_000)}end\n`],
      [/begin.*end/s, `begin\n${"line\n".repeat(2_000)}end\n`],
      [/begin.*end/, `begin ${"word ".repeat(2_000)} end\n`],
    ] as const) {
      const port = portOf();
      const wait = port.waitFor(pattern, short);
      print(port, text);
      const error = await errorOf(wait);
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error.message).toMatch(limit);
    }
  });

  test("and not where no match could be so long, or nothing so long was printed", async () => {
    for (const [pattern, text] of [
      [/login: $/, "line\n".repeat(4_000)],
      [/done \d+\n/, "line\n".repeat(4_000)],
      [/begin.*end/, "begin line\n".repeat(4_000)],
      [/begin[\s\S]*end/, "begin\nline\n"],
      ["end", "line\n".repeat(4_000)],
    ] as const) {
      const port = portOf();
      const wait = port.waitFor(pattern, short);
      print(port, text);
      expect((await errorOf(wait)).message).not.toMatch(limit);
    }
  });
});
