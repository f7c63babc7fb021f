import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SerialPort, WaitOptions } from "../../harness/serial/index.ts";
import { chunksOf, patient, portOf, poweredOff, runs, turn } from "./ports.ts";

interface Ask {
  readonly patterns: readonly (string | RegExp)[];
  readonly failOn: WaitOptions["failOn"];
}

const patterns: readonly (string | RegExp)[] = [
  "ab",
  "aab",
  "login: ",
  "é\n",
  "\r\n",
  /a+/,
  /a+?/,
  /a+b*?/,
  /a(?:bc)?/,
  /b|ba/,
  /^ab/,
  /^a/m,
  /b$/m,
  /login: $/,
  /[0-9]+/,
  /\bab\b/,
  /(?<=a)b+/,
  /(?<!a)b/,
  /a(?=b)/,
  /a(?=b\b)/,
  /a(?!b)/,
  /a\n(?!b)/,
  /[^a]{3}/,
  /a[\s\S]*b/,
  /(?<first>a|b)\k<first>/,
  /./u,
  /\p{Emoji}{2}/u,
  /A.B/is,
  /panic: /,
];

const tokens = [
  ..."aab12 .\n\r\b\0\t",
  ...["\r\n", "\n\r", "login: ", "panic: ", "Kernel panic", "\npanic: x\n", "ERROR", "é", "😀"],
  ...["\x1b[1m", "\x1b[", "\x1b]0;ab\x07", "\x1b]", "\x1b\\", "\x1bPq\x1b\\", "\u009b2J", "\x1b"],
].map((text) => Buffer.from(text));
const rawTokens = [[0xff], [0xe2, 0x82], [0xf0, 0x9f], [0x9b], [0xc3]].map((b) => Buffer.from(b));

const output = fc
  .array(fc.constantFrom(...tokens, ...rawTokens), { maxLength: 40 })
  .map((parts) => Buffer.concat(parts));
const ask = fc.record({
  patterns: fc.array(fc.constantFrom(...patterns), { minLength: 1, maxLength: 3 }),
  failOn: fc.constantFrom<Ask["failOn"]>(undefined, undefined, [], [/ERR\w+/, "12"], [/b$/m]),
});
const asks = fc.array(ask, { minLength: 1, maxLength: 4 });
const cuts = fc.infiniteStream(fc.oneof(fc.nat(3), fc.nat(12), fc.constant(1000)));

/** Everything that a test can see of a wait. */
async function outcome(port: SerialPort, { patterns, failOn }: Ask): Promise<unknown> {
  try {
    const { index, match } = await port.waitForAny(patterns, { failOn });
    const { index: at, input, groups } = match.match ?? {};
    return { index, ...match, at, input, groups: { ...groups } };
  } catch (error) {
    return (error as Error).message;
  }
}

function stateOf(port: SerialPort) {
  const { bytes, cursor, firstFatal, text, unexpectedFatal } = port;
  return { bytes, cursor, firstFatal, text, unexpectedFatal };
}

async function waitTogether(chunks: readonly Uint8Array[], asked: readonly Ask[]) {
  const port = portOf();
  const outcomes = asked.map((one) => outcome(port, one));
  for (const chunk of chunks) port.receive(chunk);
  port.finish(poweredOff);
  return { outcomes: await Promise.all(outcomes), ...stateOf(port) };
}

async function waitInTurn(chunks: readonly Uint8Array[], asked: readonly Ask[]) {
  const port = portOf();
  const outcomes: unknown[] = [];
  const body = async () => {
    for (const one of asked) outcomes.push(await outcome(port, one));
  };
  const running = body();
  for (const chunk of chunks) {
    port.receive(chunk);
    await turn();
  }
  port.finish(poweredOff);
  await running;
  return { outcomes, ...stateOf(port) };
}

describe("the verdict does not depend on how the output is cut into chunks", () => {
  test("for waits that run at the same time", patient, async () => {
    await fc.assert(
      fc.asyncProperty(output, asks, cuts, async (bytes, asked, sizes) => {
        const single = await waitTogether(chunksOf(bytes, []), asked);
        expect(await waitTogether(chunksOf(bytes, sizes), asked)).toEqual(single);
        expect(await waitTogether([bytes], asked)).toEqual(single);
      }),
      runs(600),
    );
  });

  test("for waits that follow each other", patient, async () => {
    await fc.assert(
      fc.asyncProperty(output, asks, cuts, async (bytes, asked, sizes) => {
        const single = await waitInTurn(chunksOf(bytes, []), asked);
        expect(await waitInTurn(chunksOf(bytes, sizes), asked)).toEqual(single);
        expect(await waitInTurn([bytes], asked)).toEqual(single);
      }),
      runs(200),
    );
  });
});
