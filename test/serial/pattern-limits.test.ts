/** Limits of patterns are named where a wait fails of them, and only there. */
import { Script } from "node:vm";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { PatternError, TimeoutError } from "../../harness/evidence/index.ts";
import { backtrackingOf, mayTakeLong } from "../../harness/serial/backtracking.ts";
import { fatalLineOf } from "../../harness/serial/index.ts";
import { errorOf, portOf, print } from "./ports.ts";

const short = { timeoutMs: 20 };

describe("an expression that would hold everything up", () => {
  test("is ended at its limit, and the wait says so; others go on", async () => {
    const port = portOf();
    const [bad, good] = [port.waitFor(/^(a+)+$/), port.waitFor("done")];
    print(port, `${"a".repeat(60)}!\ndone\n`);
    const error = await errorOf(bad);
    expect(error).toBeInstanceOf(PatternError);
    expect(error).toMatchObject({ pattern: "/^(a+)+$/", limitMs: 1000 });
    expect(error.message).toMatch(
      /^the pattern \/\^\(a\+\)\+\$\/ took more than 1000 ms, the limit of one look, for \d+ char/,
    );
    await expect(good).resolves.toMatchObject({ text: "done" });
  });

  test("is found where it matches in time, with its groups", async () => {
    const port = portOf();
    const wait = port.waitFor(/(?<letters>(?:[a-z]+,)+) end/);
    print(port, "a,b,c,d,e,f,g,h,i,j,k,l,m,n, end\n");
    expect((await wait).match?.groups).toEqual({ letters: "a,b,c,d,e,f,g,h,i,j,k,l,m,n," });
  });

  test("is not even begun where the text has not what every match has", async () => {
    const begun = vi.spyOn(Script.prototype, "runInContext");
    onTestFinished(() => begun.mockRestore());
    const port = portOf();
    const wait = port.waitFor(/(\w+)\s+(\w+)\s+all (\w+) stopped/);
    for (let line = 0; line < 200; line += 1) print(port, `${"a b ".repeat(50)}\n`);
    expect(begun).not.toHaveBeenCalled();
    print(port, "x y all z stopped\n");
    expect((await wait).match?.[3]).toBe("z");
    expect(begun).toHaveBeenCalled();
  });

  test("is ended on a terminal, too", async () => {
    const port = portOf();
    const wait = port.terminal.waitForText(/(a|aa)+$/);
    print(port, `${"a".repeat(70)}!`);
    port.settle();
    expect((await errorOf(wait)).message).toContain("/(a|aa)+$/ took more than 1000 ms");
  });
});

/** Takes longer than anybody waits for `spoiler`. */
const endless = /^(a+)+$/;
const spoiler = `${"a".repeat(60)}!\n`;

describe("a failOn expression that would hold everything up", () => {
  const failing = { failOn: ["oh no", endless] };

  test("is ended, fails what waits and what will, and is named once the test ends", async () => {
    const port = portOf({ failOn: ["oh no", /panic (\w+) (\w+)/, endless] });
    const wait = port.waitFor("done");
    const screen = port.terminal.waitForText("done");
    const beganMs = performance.now();
    for (let count = 0; count < 20; count += 1) print(port, spoiler);
    print(port, "done\n");
    // One look is ended, and no further one begun.
    expect(performance.now() - beganMs).toBeLessThan(5_000);
    for (const failed of [wait, screen, port.waitFor("done")]) {
      const error = await errorOf(failed);
      expect(error).toBeInstanceOf(PatternError);
      expect(error.message).toMatch(/^the pattern \/\^\(a\+\)\+\$\/ took more than 1000 ms/);
    }
    expect(port.fatalFailure).toBeInstanceOf(PatternError);
  });

  test("leaves fatal output standing that came before", async () => {
    const port = portOf({ failOn: failing.failOn });
    const wait = port.waitFor("done");
    print(port, `oh no, panic\n${spoiler}done\n`);
    expect(await errorOf(wait)).toMatchObject({ exit: { message: "oh no, panic" } });
  });

  test("fails the wait alone whose own it is", async () => {
    const port = portOf();
    const waits = [port.waitFor("done", failing), port.terminal.waitForText("done", failing)];
    const other = port.waitFor("done");
    print(port, `${spoiler}done\n`);
    for (const wait of waits) expect(await errorOf(wait)).toBeInstanceOf(PatternError);
    await expect(other).resolves.toMatchObject({ text: "done" });
    expect(port.fatalFailure).toBeUndefined();
  });

  test("is ended on a screen, too, where nothing else is fatal", () => {
    const rows = ["a".repeat(60), `${"a".repeat(60)}!`];
    expect(() => fatalLineOf(rows, [/^(a+)+\.$/])).toThrow(PatternError);
    expect(fatalLineOf(["oh no", ...rows], failing.failOn)).toBe("oh no");
    expect(fatalLineOf(rows, [/^a{61}$/])).toBeUndefined();
  });
});

describe("what may take long", () => {
  test.each<[RegExp, number]>([
    [/(a+)+$/, 40],
    [/(a|a)*b/, 40],
    [/((a{2,30}){2,40})b/, 50],
    [/(.*)(.*)x/, 9_999],
    [/\s+\s+$/, 9_999],
    [/short|(a+)+$/, 40],
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
    [/a+b|c+d|e+f|(?:g+h)|i+j/, 32_768],
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
