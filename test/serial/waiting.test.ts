import { afterEach, describe, expect, test, vi } from "vitest";
import { errorOf, portOf, poweredOff, print } from "./ports.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the cursor", () => {
  test("a wait sees what was printed before it, and moves behind its match", async () => {
    const port = portOf();
    print(port, "one two one\n");
    expect(await port.waitFor("one")).toEqual({ text: "one", match: null, before: "", atMs: 0 });
    expect(port.cursor).toBe(3);
    expect(await port.waitFor("one")).toEqual({
      text: "one",
      match: null,
      before: " two ",
      atMs: 0,
    });
    expect(port.cursor).toBe(11);
  });

  test("a wait that fails leaves it where it was", async () => {
    const port = portOf();
    print(port, "first second\n");
    await port.waitFor("first");
    await errorOf(port.waitFor("third", { timeoutMs: 1 }));
    expect(port.cursor).toBe(5);
    expect((await port.waitFor("second")).before).toBe(" ");
  });

  test("waits at the same time all begin where it stood; the furthest match moves it", async () => {
    const port = portOf();
    const waits = [port.waitFor("b"), port.waitFor("c"), port.waitFor("a")];
    print(port, "abcabc");
    const matches = await Promise.all(waits);
    expect(matches.map(({ before }) => before)).toEqual(["a", "ab", ""]);
    expect(port.cursor).toBe(3);
  });

  test("a wait begins where it stood at the call, not at the first look", async () => {
    const port = portOf();
    const early = port.waitFor("x");
    const other = port.waitFor("a");
    print(port, "xa");
    await Promise.all([early, other]);
    expect(port.cursor).toBe(2);
  });

  test("^ is true at the cursor, and behind every line end with the flag m", async () => {
    const port = portOf();
    print(port, "login: root\nroot\n");
    await port.waitFor("login: ");
    expect((await port.waitFor(/^root/)).before).toBe("");
    expect((await port.waitFor(/^root/m)).before).toBe("\n");
  });
});

describe("a match", () => {
  test("has text, groups and what came before, and survives JSON", async () => {
    const port = portOf();
    print(port, "boot\nversion 1.2-rc\n");
    await port.waitFor("boot");
    const found = await port.waitFor(/(?<major>\d)\.(?<minor>\d)(-beta)?/d);
    expect(found).toMatchObject({ text: "1.2", before: "\nversion " });
    expect([...(found.match ?? [])]).toEqual(["1.2", "1", "2", undefined]);
    expect(found.match).toMatchObject({ index: 9, input: "\nversion 1.2" });
    expect(found.match?.groups).toEqual({ major: "1", minor: "2" });
    expect([...(found.match?.indices ?? [])]).toEqual([[9, 12], [9, 10], [11, 12], undefined]);
    expect(found.match?.indices?.groups).toEqual({ major: [9, 10], minor: [11, 12] });
    expect(JSON.parse(JSON.stringify(found))).toEqual({
      atMs: 0,
      text: "1.2",
      match: ["1.2", "1", "2", null],
      before: "\nversion ",
    });
  });

  test("of several patterns: the first to be decided, then the first in the list", async () => {
    const port = portOf();
    print(port, "abc\n");
    expect(await port.waitForAny(["c", /b/, "bc"])).toMatchObject({ index: 0 });
    expect(port.cursor).toBe(3);
    print(port, "xyz");
    expect(await port.waitForAny(["yz", "xyz"])).toMatchObject({ index: 0, match: { text: "yz" } });
  });

  test("far behind the cursor says what it has left out", async () => {
    const port = portOf({}, { keptCharacters: 40 });
    const wait = port.waitFor("end");
    for (let line = 0; line < 30; line += 1) print(port, `line ${line}\n`);
    print(port, "end");
    const before = "[210 characters left out: see the log]\n 27\nline 28\nline 29\n";
    expect((await wait).before).toBe(before);
  });

  test("is searched only in what is still in memory", async () => {
    const port = portOf({}, { keptCharacters: 20 });
    print(port, "needle needle hay and so on\n");
    const found = await port.waitFor(/ne.*|hay/);
    expect(found).toMatchObject({ text: "hay", before: "eedle " });
    expect(port.cursor).toBe(17);
    expect(port.text).toBe("[8 characters left out: see the log]\needle hay and so on\n");
    expect(port.omittedBytes).toBe(8);
    expect(port.slice(0, 17)).toBe("eedle hay");
  });
});

describe("a match that could still grow", () => {
  test("counts when the line has been quiet, at once where it is quiet already", async () => {
    const port = portOf();
    const wait = port.waitFor(/login: $/);
    print(port, "login: ");
    port.settle();
    expect((await wait).text).toBe("login: ");
  });

  test("counts at the end of the machine", async () => {
    const port = portOf();
    const wait = port.waitFor(/PID (\d+)/);
    print(port, "PID 12");
    port.finish(poweredOff);
    expect((await wait).match?.[1]).toBe("12");
  });

  test("and so does what was held back, as half a sequence or at the end half a character", async () => {
    const port = portOf();
    print(port, "boot\n\x1bXlogin: ");
    const wait = port.waitFor(/login: $/);
    port.settle();
    expect(await wait).toMatchObject({ text: "login: ", before: "boot\nX" });
    expect(port.text).toBe("boot\nXlogin: ");
    expect(port.lastLines(1)).toEqual(["Xlogin: "]);
    // It is behind the cursor, whatever becomes of it.
    const again = port.waitFor("log");
    port.settle();
    print(port, "root\nlog");
    expect(await again).toMatchObject({ text: "log", before: "root\n" });
    port.receive(Uint8Array.of(0xe2, 0x82));
    port.settle();
    expect(port.text).toBe("boot\nXlogin: root\nlog");
    port.finish(poweredOff);
    expect((await port.waitFor("\ufffd")).text).toBe("\ufffd");
  });

  test("what was held back and seen is behind the cursor no more when it was a sequence", async () => {
    const port = portOf();
    print(port, "\x1bXlogin: ");
    const seen = port.waitFor("login: ");
    port.settle();
    await seen;
    const next = port.waitFor("ready");
    print(port, "\x1b\\ready");
    expect(await next).toMatchObject({ text: "ready", before: "" });
    expect(port.text).toBe("ready");
    expect(port.cursor).toBe(5);
  });

  test("also for a wait that begins only then", async () => {
    const port = portOf();
    print(port, "PID 12");
    port.finish(poweredOff);
    expect((await port.waitFor(/PID (\d+)/)).match?.[1]).toBe("12");
  });
});

describe("what a port tells", () => {
  test("text, bytes, lines and offsets", () => {
    const port = portOf();
    print(port, "\x1b[1mone\x1b[m\r\ntwo\r\n");
    expect(port.text).toBe("one\ntwo\n");
    expect(Buffer.from(port.bytes).toString()).toBe("\x1b[1mone\x1b[m\r\ntwo\r\n");
    expect(port.bytes.constructor).toBe(Uint8Array);
    expect(port.end).toBe(8);
    expect(port.slice(4, 7)).toBe("two");
    expect(port.lastLines(1)).toEqual(["two"]);
    expect(port.omittedBytes).toBe(0);
  });

  test("costs ten short runs of an expression a chunk, and two more for each that waits", async () => {
    const port = portOf();
    const chunk = new TextEncoder().encode(`${"some line of output ".repeat(4)}\n`.repeat(400));
    port.receive(chunk);
    const exec = vi.spyOn(RegExp.prototype, "exec");
    for (let count = 0; count < 10; count += 1) port.receive(chunk);
    expect(exec.mock.calls.length).toBeLessThanOrEqual(100);
    const waits = [port.waitFor(/never/), port.waitForAny([/nor/, "string"])];
    exec.mockClear();
    for (let count = 0; count < 10; count += 1) port.receive(chunk);
    expect(exec.mock.calls.length).toBeLessThanOrEqual(140);
    exec.mockRestore();
    port.finish(poweredOff);
    await Promise.allSettled(waits);
  });

  test("writes bytes as they are, and lines as the Enter key ends them", async () => {
    const sent: string[] = [];
    const send = async (bytes: Uint8Array) => {
      sent.push(Buffer.from(bytes).toString("latin1"));
    };
    const port = portOf({ send });
    await port.write("é");
    await port.write(Uint8Array.of(0, 0xff));
    await port.writeLine("ls");
    await port.writeLine("ls", { lineEnd: "\n" });
    await port.writeLine();
    expect(sent).toEqual(["Ã©", "\0ÿ", "ls\r", "ls\n", "\r"]);
  });
});
