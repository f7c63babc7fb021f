import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { GuestError, TimeoutError } from "../../harness/evidence/index.ts";
import type { SerialLine } from "../../harness/serial/index.ts";
import { Transcript } from "../../harness/serial/transcript.ts";
import { chunksOf, errorOf, patient, portOf, poweredOff, print, runs, turn } from "./ports.ts";

async function textsOf(lines: AsyncIterable<SerialLine>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of lines) texts.push(text);
  return texts;
}

function tripleFault(phase: string): GuestError {
  return new GuestError(`while waiting for ${phase}`, { kind: "triple-fault", because: "of it" });
}

describe("lines()", () => {
  test("gives complete lines as they come, and the unfinished one at the end", async () => {
    const port = portOf();
    print(port, "early\r\nhalf ");
    const all = textsOf(port.lines());
    await turn();
    print(port, "a line\n\nlast");
    await turn();
    port.finish(poweredOff);
    expect(await all).toEqual(["early", "half a line", "", "last"]);
  });

  test("gives the lines of the text, whatever the chunks", patient, async () => {
    const output = fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r", "é", "\x1b[m") });
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(output, sizes, async (text, cuts) => {
        const port = portOf();
        const all = textsOf(port.lines());
        for (const chunk of chunksOf(Buffer.from(text), cuts)) {
          port.receive(chunk);
          await turn();
        }
        port.finish(poweredOff);
        const lines = port.text.split("\n");
        if (lines.at(-1) === "") lines.pop();
        expect(await all).toEqual(lines);
        expect(port.cursor).toBe(port.end);
      }),
      runs(100),
    );
  });

  test("starts at the cursor and moves it: other waits come before, between and after", async () => {
    const port = portOf();
    print(port, "skipped\nmenu\nprompt> ls\nfile\nrest\n");
    await port.waitFor("skipped\n");
    const seen: string[] = [];
    for await (const { text } of port.lines()) {
      seen.push(text);
      if (text === "menu") await port.waitFor("> ");
      if (text === "file") break;
    }
    expect(seen).toEqual(["menu", "ls", "file"]);
    expect((await port.waitFor("rest")).before).toBe("");
  });

  test("a loop that is left leaves nothing behind, also where the lines are taken by hand", async () => {
    let waiting = 0;
    const onWaiting = (change: number) => {
      waiting += change;
    };
    const port = portOf({ onWaiting });
    print(port, "one\ntwo\n");
    for await (const _ of port.lines()) break;
    expect(waiting).toBe(0);
    const lines = port.lines();
    expect(await lines.next()).toMatchObject({ value: { text: "two" } });
    await lines.return();
    expect(await lines.next()).toEqual({ done: true, value: undefined });
    expect(waiting).toBe(0);
  });

  test("fails after the last line if the guest died", async () => {
    const port = portOf();
    print(port, "one\ntwo\nthree");
    port.finish(tripleFault);
    const seen: string[] = [];
    const error = await errorOf(
      (async () => {
        for await (const { text } of port.lines()) seen.push(text);
      })(),
    );
    expect(seen).toEqual(["one", "two", "three"]);
    expect(error).toBeInstanceOf(GuestError);
    expect(error.message).toContain("while waiting for serial0 to print another line");
  });

  test("fails on fatal output, but for failOn: []", async () => {
    const port = portOf();
    print(port, "one\nKernel panic\nmore\n");
    const lines = port.lines();
    expect(await lines.next()).toMatchObject({ value: { text: "one" } });
    expect((await errorOf(lines.next())).message).toMatch(/^panic: Kernel panic/);
    port.finish(poweredOff);
    expect(await textsOf(port.lines({ failOn: [] }))).toEqual(["Kernel panic", "more"]);
  });

  test("fails when no line comes in time, and can be begun anew", async () => {
    const port = portOf();
    print(port, "one\nhalf");
    const lines = port.lines({ timeoutMs: 5 });
    expect(await lines.next()).toMatchObject({ value: { text: "one" } });
    const error = await errorOf(lines.next());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      "timed out after 5 ms (timeoutMs) waiting for serial0 to print another line",
    );
    expect(error.stack).toContain("lines.test.ts");
    expect(error.stack?.split("\n")[1]).toContain("lines.test.ts");
    print(port, " a line\n");
    expect(await port.lines().next()).toMatchObject({ value: { text: "half a line" } });
  });

  test("asks for evidence when it fails, and not when the machine just ends", async () => {
    const attached: Error[] = [];
    const attachEvidence = (error: Error) => {
      attached.push(error);
      return error;
    };
    const evident = () => portOf({ attachEvidence });
    const good = evident();
    good.finish(poweredOff);
    expect(await textsOf(good.lines())).toEqual([]);
    expect(attached).toEqual([]);
    const bad = evident();
    bad.finish(tripleFault);
    expect(attached).toContain(await errorOf(textsOf(bad.lines())));
  });

  test("says what has been left out for whoever is too slow", async () => {
    const port = portOf({}, { keptCharacters: 20 });
    print(port, "first\n");
    const lines = port.lines();
    expect(await lines.next()).toMatchObject({ value: { text: "first", omitted: 0 } });
    for (let number = 0; number < 10; number += 1) print(port, `line ${number}.\n`);
    // Of 86 characters 20 are kept, and 6 were taken before.
    const values = [await lines.next(), await lines.next(), await lines.next()];
    expect(values.map(({ value }) => value)).toMatchObject([
      { text: " 7.", omitted: 60 },
      { text: "line 8.", omitted: 0 },
      { text: "line 9.", omitted: 0 },
    ]);
  });

  test("looks at each line once, however many are unread", async () => {
    const port = portOf();
    print(port, "0123456789 abcdef\n".repeat(20_000));
    port.finish(poweredOff);
    const slice = vi.spyOn(Transcript.prototype, "slice");
    let copied = 0;
    for await (const { text } of port.lines()) expect(text).toBe("0123456789 abcdef");
    for (const { value } of slice.mock.results) copied += (value as string).length;
    slice.mockRestore();
    // Once for the wait, once for what is before its match, and once for the line.
    expect(copied).toBeLessThanOrEqual(3 * port.end);
  });
});
