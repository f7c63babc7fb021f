import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import { FatalWatch } from "../../harness/serial/fatal-output.ts";
import type { FatalOutput } from "../../harness/serial/index.ts";
import { errorOf, portOf, poweredOff, print, turn } from "./ports.ts";

describe("fatal output and success", () => {
  test("in one chunk: whichever was printed first decides", async () => {
    const early = portOf();
    const saved = early.waitFor("ready");
    print(early, "ready\npanic: late\n");
    expect((await saved).text).toBe("ready");
    expect(early.unexpectedFatal?.line).toBe("panic: late");

    const late = portOf();
    const lost = errorOf(late.waitFor("ready"));
    print(late, "panic: early\nready\n");
    expect((await lost).message).toBe(
      'panic: panic: early\n  while waiting for serial0 to print "ready"',
    );
    expect(late.cursor).toBe(0);
  });

  test("of the same character: fatal output goes first", async () => {
    const port = portOf();
    const wait = port.waitFor("Kernel panic");
    print(port, "Kernel panic - not syncing\n");
    expect((await errorOf(wait)).message).toContain("panic: Kernel panic - not syncing");
  });

  test("the error waits for the whole line, and a match within that line does not save", async () => {
    const port = portOf();
    let error: Error | undefined;
    const wait = errorOf(port.waitFor("sync")).then((found) => {
      error = found;
    });
    print(port, "Kernel panic - not ");
    print(port, "syncing");
    await turn();
    expect(error).toBeUndefined();
    print(port, ": no init\n");
    await wait;
    expect(error?.message).toContain("panic: Kernel panic - not syncing: no init\n");
  });

  test("a line that goes quiet is whole", async () => {
    const reported: FatalOutput[] = [];
    const port = portOf({ onFatal: (output) => reported.push(output) });
    const wait = errorOf(port.waitFor("x"));
    print(port, "panic: no line end");
    expect(reported).toEqual([]);
    port.settle();
    expect((await wait).message).toContain("panic: panic: no line end");
    expect(reported).toMatchObject([{ line: "panic: no line end", complete: true }]);
  });

  test("a wait that begins after fatal output fails at once", async () => {
    const port = portOf();
    print(port, "panic: gone\nready\n");
    expect(await errorOf(port.waitFor("ready"))).toBeInstanceOf(GuestError);
  });

  test("a panic before the end reads as a panic and not as that end", async () => {
    const port = portOf();
    const wait = errorOf(port.waitFor("x"));
    print(port, "panic: dying");
    port.finish(poweredOff);
    expect((await wait).message).toContain("panic: panic: dying");
  });
});

describe("failOn", () => {
  test("replaces the list, for strings and expressions, and tells the whole line", async () => {
    for (const failOn of [["FAILED"], [/FAIL(ED)?\b/], ["zzz", /^test \d+: F/m]]) {
      const port = portOf();
      const wait = errorOf(port.waitFor("done", { failOn }));
      print(port, "panic: not my business\ntest 3: FAI");
      print(port, "LED (timeout)\ndone\n");
      expect((await wait).message).toContain("panic: test 3: FAILED (timeout)\n");
    }
  });

  test("an empty list lets everything pass, and what it passed is judged", async () => {
    const port = portOf();
    const wait = port.waitFor("recovered", { failOn: [] });
    print(port, "panic: expected\nrecovered\n");
    expect((await wait).before).toBe("panic: expected\n");
    expect(port.unexpectedFatal).toBeUndefined();
    expect(port.standingFatal).toBeUndefined();
    expect(port.firstFatal).toMatchObject({ line: "panic: expected" });
    const next = errorOf(port.waitFor("more"));
    print(port, "panic: another\n");
    expect((await next).message).toContain("panic: another");
  });

  test("what came after the match of such a wait is not judged by it", async () => {
    const port = portOf();
    const wait = port.waitFor("recovered", { failOn: [] });
    print(port, "recovered\npanic: later\n");
    await wait;
    expect(port.unexpectedFatal?.line).toBe("panic: later");
  });

  test("a wait that fails judges nothing", async () => {
    const port = portOf();
    const wait = errorOf(port.waitFor("done", { failOn: ["stop"] }));
    print(port, "panic: seen\nstop\n");
    await wait;
    expect(port.unexpectedFatal?.line).toBe("panic: seen");
  });

  test("a neighbour that lets fatal output pass does not save the others", async () => {
    for (const pieces of [["panic: a\ngo on\n"], ["panic: a go", " on\n"]]) {
      for (const isFirst of [true, false]) {
        const port = portOf();
        const tolerant = () => port.waitFor("go", { failOn: [] });
        const before = isFirst ? tolerant() : undefined;
        const strict = errorOf(port.waitFor("go on"));
        const saved = before ?? tolerant();
        for (const piece of pieces) print(port, piece);
        expect((await saved).text).toBe("go");
        expect((await strict).message).toContain("panic: a");
      }
    }
  });

  test("an expression that looks at the end of the line counts when the line ends", async () => {
    const port = portOf();
    const wait = errorOf(port.waitFor("x", { failOn: [/error$/m] }));
    print(port, "0 errors\nerror");
    print(port, "s: 0\nfatal error\n");
    expect((await wait).message).toContain("panic: fatal error\n");
  });

  test("in the middle of an expression, groups and references keep their meaning", async () => {
    const failOn = [/x(1)/, /(a|b)\1!/, /(?<kind>c|d)\k<kind>!/];
    const port = portOf();
    const wait = errorOf(port.waitFor("x", { failOn }));
    print(port, "1 ab!\n2 cd!\n3 bb!\n");
    expect((await wait).message).toContain("panic: 3 bb!\n");
  });
});

describe("fatal output that is expected", () => {
  test("fails no wait, whenever it comes", async () => {
    const port = portOf();
    print(port, "panic: one\n");
    port.expectFatal();
    expect(port.unexpectedFatal).toBeUndefined();
    const wait = port.waitFor("two");
    print(port, "panic: two\n");
    expect((await wait).text).toBe("two");
    expect(port.unexpectedFatal).toBeUndefined();
    expect(port.firstFatal?.line).toBe("panic: one");
    expect(port.standingFatal?.line).toBe("panic: one");
  });

  test("also where it was half printed, and a match within it counts then", async () => {
    const port = portOf();
    const other = port.waitFor("later");
    const wait = port.waitFor("half");
    print(port, "panic: half");
    port.expectFatal();
    expect((await wait).text).toBe("half");
    print(port, " and half\nlater\n");
    expect((await other).text).toBe("later");
  });

  test("is still reported", () => {
    const reported: string[] = [];
    const port = portOf({ onFatal: ({ line }) => reported.push(line) });
    port.expectFatal();
    print(port, "panic: one\nok\npanic: two\n");
    expect(reported).toEqual(["panic: one", "panic: two"]);
  });
});

describe("FatalWatch", () => {
  test("tells one output for each line, with its beginning and its end", () => {
    const seen: FatalOutput[] = [];
    const watch = new FatalWatch(["bad"], 100, (output) => seen.push(output));
    for (const piece of ["ok\nvery b", "ad and ba", "d\nbad", "\n"]) watch.add(piece);
    expect(seen).toEqual([
      { decidedAt: 111, line: "very bad and bad", complete: true },
      { decidedAt: 123, line: "bad", complete: true },
    ]);
  });

  test("where the line end itself decides, tells the line before it", () => {
    for (const pattern of ["bad\n", /bad$/m, /bad\n/]) {
      const watch = new FatalWatch([pattern], 0);
      watch.add("first\nsecond bad\nthird\n");
      expect(watch.first).toEqual({ decidedAt: 17, line: "second bad", complete: true });
    }
  });

  test("takes the earliest of all patterns", () => {
    const watch = new FatalWatch(["third", /first/, "second"], 0);
    watch.add("x first\nsecond\nthird\n");
    expect(watch.first?.line).toBe("x first");
  });

  test("keeps at most a thousand characters of a line, and says how many more there are", () => {
    const watch = new FatalWatch(["bad"], 0);
    watch.add(`${"x".repeat(5000)}bad${"y".repeat(5000)}\n`);
    expect(watch.first?.line).toBe(`${"x".repeat(997)}bad… (9003 more characters)`);
    const other = new FatalWatch(["bad"], 0);
    other.add(`bad${"y".repeat(5000)}\n`);
    expect(other.first?.line).toBe(`bad${"y".repeat(997)}… (4003 more characters)`);
    const whole = new FatalWatch(["bad"], 0);
    whole.add(`ok\nbad${"y".repeat(997)}`);
    expect(whole.unexpectedNow?.line ?? whole.first?.line).toBe(`bad${"y".repeat(997)}`);
  });

  test("after a hundred outputs reports no more, but overlooks none", () => {
    let reports = 0;
    const watch = new FatalWatch(["bad"], 0, () => {
      reports += 1;
    });
    watch.add("bad\n".repeat(150));
    expect(reports).toBe(100);
    watch.passUpTo(4 * 149);
    expect(watch.unexpected).toEqual({ decidedAt: 599, line: "bad", complete: true });
    watch.passUpTo(599);
    expect(watch.unexpected).toBeUndefined();
    watch.add("bad\n");
    expect(watch.unexpected).toEqual({ decidedAt: 603, line: "bad", complete: true });
  });
});
