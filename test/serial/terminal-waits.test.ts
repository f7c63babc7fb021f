/** Waiting for what a terminal shows: when it is looked at, and what fails a wait. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GuestError, SpecError, TimeoutError } from "../../harness/evidence/index.ts";
import type { SerialPort } from "../../harness/serial/index.ts";
import { chunksOf, errorOf, patient, portOf, poweredOff, print, runs, turn } from "./ports.ts";

/** A port on which the guest has paused. */
function pausedAt(text: string): SerialPort {
  const port = portOf({}, { settlingMs: 1 });
  print(port, text);
  port.settle();
  return port;
}

test("what is shown already is found, and no cursor moves", async () => {
  const port = pausedAt("login: ");
  const { cursor } = port;
  await expect(port.terminal.waitForText("login: ")).resolves.toEqual({
    text: "login: ",
    match: null,
  });
  const { match, text } = await port.terminal.waitForText(/log(in)/g);
  expect([text, match?.[1]]).toEqual(["login", "in"]);
  expect(port.cursor).toBe(cursor);
});

test("blanks at the end of a row count as printed, or not at all", () => {
  const { terminal } = pausedAt("> \r\nentry   \r\nnext");
  expect(terminal.shows(/^> $/m)).toBe(true);
  expect(terminal.shows(/^>$/m)).toBe(true);
  expect(terminal.shows("entry\r\nnext")).toBe(true);
  expect(terminal.shows("entry    ")).toBe(false);
  expect(terminal.shows(/next$/)).toBe(true);
  expect(pausedAt("login: ").terminal.shows(/^login: $/)).toBe(true);
});

test("a pause is a look, and half a line is not", async () => {
  const port = portOf();
  const wait = port.terminal.waitForText(/boot in \d+$/m);
  print(port, "boot in 1");
  await turn();
  print(port, "0");
  port.settle();
  await expect(wait).resolves.toMatchObject({ text: "boot in 10" });
});

test("what stands there for an instant is found before it is overwritten", async () => {
  const port = portOf();
  const second = port.terminal.waitForText(/^2 s$/m);
  const partial = port.terminal.waitForText(/^2$/m, { timeoutMs: 1 });
  const rubbedOut = port.terminal.waitForText("1!s");
  print(port, "3 s\r2 s\r1 s\b\b!\x1b[2Kdone\r\n");
  await expect(second).resolves.toMatchObject({ text: "2 s" });
  await expect(rubbedOut).resolves.toMatchObject({ text: "1!s" });
  await expect(partial).rejects.toThrow(TimeoutError);
});

test("waits for a state of any kind", async () => {
  const port = pausedAt("\x1b[3;5Hready");
  const shown = port.terminal.waitUntil(({ cursor }) => cursor.row === 7);
  print(port, "\x1b[7;1H");
  port.settle();
  await expect(shown).resolves.toBe("\n\n    ready");
  const wrong = async () => true;
  const error = await errorOf(port.terminal.waitUntil(wrong as unknown as () => boolean));
  expect(error).toBeInstanceOf(SpecError);
  expect(error.message).toContain("accepts: has to return true or false, not object");
  const broken = () => {
    throw new Error("its own mistake");
  };
  expect((await errorOf(port.terminal.waitUntil(broken))).message).toBe("its own mistake");
});

describe("fails", () => {
  test("at its limit, with the nearest line", async () => {
    const port = pausedAt("Boot from dusk");
    const error = await errorOf(port.terminal.waitForText("Boot from disk", { timeoutMs: 5 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      'timed out after 5 ms (timeoutMs) waiting for serial0\'s terminal to show "Boot from disk"\n' +
        '  nearest line: "Boot from dusk"',
    );
    const state = port.terminal.waitUntil(({ rows }) => rows === 1, { timeoutMs: 1 });
    expect((await errorOf(state)).message).toContain("to satisfy ({ rows }) => rows === 1");
  });

  test("when the machine ends, but not before it has seen everything", async () => {
    const port = portOf();
    const [last, never] = [port.terminal.waitForText("bye"), port.terminal.waitForText("hello")];
    print(port, "Helo\r\nbye");
    port.finish(poweredOff);
    await expect(last).resolves.toMatchObject({ text: "bye" });
    const error = await errorOf(never);
    expect(error).toBeInstanceOf(GuestError);
    expect(error.message).toContain(
      'while waiting for serial0\'s terminal to show "hello"\n  nearest line: "Helo"',
    );
    await expect(port.terminal.waitForText("bye")).resolves.toMatchObject({ text: "bye" });
    await expect(port.terminal.waitForText("later")).rejects.toThrow(GuestError);
  });

  test("of fatal output, unless the text was shown before", async () => {
    const port = portOf();
    const [before, after] = [port.terminal.waitForText("ready"), port.terminal.waitForText("on")];
    print(port, "ready\r\nKernel panic: no init\r\ngoes on\r\n");
    await expect(before).resolves.toBeDefined();
    await expect(after).rejects.toMatchObject({
      exit: { kind: "panic", message: "Kernel panic: no init" },
    });
    await expect(port.terminal.waitForText("goes")).rejects.toThrow(GuestError);
  });

  test("of its own fatal output alone, and answers for that", async () => {
    const port = portOf();
    const wait = port.terminal.waitForText("goes on", { failOn: ["OUCH"] });
    const failing = port.terminal.waitForText("goes on", { failOn: [/goes/] });
    print(port, "Kernel panic: tried\r\ngoes on\r\n");
    await expect(wait).resolves.toBeDefined();
    expect(port.unexpectedFatal).toBeUndefined();
    await expect(failing).rejects.toMatchObject({ exit: { message: "goes on" } });
  });

  test("not of fatal output that is expected after all", async () => {
    const port = portOf({}, { settlingMs: 1 });
    const wait = port.terminal.waitForText("Kernel panic");
    print(port, "Kernel panic");
    port.expectFatal();
    port.settle();
    await expect(wait).resolves.toBeDefined();
  });

  test("for what is no pattern, no limit and no evidence of its own", async () => {
    const { terminal } = pausedAt("text");
    await expect(terminal.waitForText("")).rejects.toThrow(SpecError);
    await expect(terminal.waitForText(/x*/)).rejects.toThrow(SpecError);
    await expect(terminal.waitForText("text", { timeoutMs: -1 })).rejects.toThrow("timeoutMs: ");
    await expect(terminal.waitForText("text", { failOn: [""] })).rejects.toThrow("failOn: ");
    await expect(terminal.waitUntil("text" as never)).rejects.toThrow("accepts: takes a function");
    expect(() => terminal.shows("")).toThrow(SpecError);
    expect(() => terminal.styleOf("")).toThrow(SpecError);
  });
});

test("a wait is reported while it lasts, and its error gets evidence", async () => {
  const changes: number[] = [];
  const port = portOf({
    onWaiting: (change) => changes.push(change),
    attachEvidence: (error) => Object.assign(error, { message: `${error.message}, dressed up` }),
  });
  const wait = port.terminal.waitForText("text");
  expect(changes).toEqual([1]);
  print(port, "text\r\n");
  await wait;
  expect(changes).toEqual([1, -1]);
  const error = await errorOf(port.terminal.waitForText("no", { timeoutMs: 1 }));
  expect(error.message).toMatch(/, dressed up$/);
  expect(changes).toEqual([1, -1, 1, -1]);
});

describe("the verdict does not depend on how the output is cut into chunks", () => {
  const tokens = [
    ..."ab12 \r\n\b",
    ...["\x1b[2J", "\x1b[H", "\x1b[K", "\x1b[1m", "\x1b[2;3H", "\x1b[", "é", "panic: ", "OUCH"],
  ].map((text) => Buffer.from(text));
  const output = fc
    .array(fc.constantFrom(...tokens), { maxLength: 40 })
    .map((parts) => Buffer.concat(parts));
  const patterns = ["a", "ab", "12", "é", "b\na", /a$/m, /^b/m, /^a?2/m, /1[\s\S]*2/, /\n{2}b/];
  const asked = fc.array(
    fc.record({
      pattern: fc.constantFrom(...patterns),
      failOn: fc.constantFrom(undefined, undefined, [], ["OUCH"], [/2b/]),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const cuts = fc.infiniteStream(fc.oneof(fc.nat(3), fc.nat(12)));

  async function outcomes(
    chunks: readonly Uint8Array[],
    asks: typeof asked extends fc.Arbitrary<infer T> ? T : never,
  ) {
    const port = portOf();
    print(port, "at first\r\n");
    const waits = asks.map(({ pattern, failOn }) =>
      port.terminal.waitForText(pattern, { failOn }).then(
        ({ text, match }) => ({ text, at: match?.index }),
        (error: Error) => error.message,
      ),
    );
    for (const chunk of chunks) port.receive(chunk);
    port.finish(poweredOff);
    return { all: await Promise.all(waits), fatal: port.unexpectedFatal, text: port.text };
  }

  test("for waits that run at the same time", patient, async () => {
    await fc.assert(
      fc.asyncProperty(output, asked, cuts, async (bytes, asks, sizes) => {
        const single = await outcomes(chunksOf(bytes, []), asks);
        expect(await outcomes(chunksOf(bytes, sizes), asks)).toEqual(single);
        expect(await outcomes([bytes], asks)).toEqual(single);
      }),
      runs(500),
    );
  });
});
