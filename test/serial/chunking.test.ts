import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesNothing } from "../../harness/serial/expression.ts";
import type { SerialPort, WaitOptions } from "../../harness/serial/index.ts";
import { chunksOf, patient, portOf, poweredOff, runs, turn } from "./ports.ts";

interface Ask {
  readonly patterns: readonly (string | RegExp)[];
  readonly failOn: WaitOptions["failOn"];
}

/** As a text, because the compiler takes no such flag for the oldest Node. */
const lettersButB = "[[a-z]--[b]]+";

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
  /a(?!bb)/,
  /a(?!.*1)/,
  /a(?!\s*b)b*/,
  /a\nb/,
  /b\s+a/,
  /1\s*1/,
  /[^a]{3}/,
  /a[\s\S]*b/,
  /(?<first>a|b)\k<first>/,
  /./u,
  /\p{Emoji}{2}/u,
  /A.B/is,
  /panic: /,
  /a|ab|abb/d,
  new RegExp(lettersButB, "v"),
  /\p{L}(?!\p{L})/u,
  /(?<!^)a/m,
  /(?<=\n.*)b/,
  /a(?=[\s\S]*b$)/m,
  /(?:(?<x>a)|(?<x>b))[12]/,
  /\Bb/y,
  /(?=(a+))\1b/,
];

const atom = fc.constantFrom(..."abé12 .", "\\n", "\\w", "\\s", "[^a]", "[a-c]");
/** Only one character repeats without end, or some expression would take for ever. */
const repeated = fc
  .tuple(atom, fc.constantFrom("*", "+", "*?", "+?", "{3,}"))
  .map(([one, quantifier]) => one + quantifier);

/** Expressions that nobody would write by hand; those that the empty text satisfies are no use. */
const anyExpression = fc
  .tuple(
    fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(atom, repeated, fc.constantFrom("\\b", "\\B", "^", "$")),
        fc.tuple(tie("node"), tie("node")).map(([left, right]) => left + right),
        fc.tuple(tie("node"), tie("node")).map(([left, right]) => `(?:${left}|${right})`),
        fc
          .tuple(fc.constantFrom("", "?:", "?=", "?!", "?<=", "?<!"), tie("node"))
          .map(([kind, node]) => `(${kind}${node})`),
        fc
          .tuple(tie("node"), fc.constantFrom("?", "??", "{2}", "{1,2}"))
          .map(([node, quantifier]) => `(?:${node})${quantifier}`),
      ),
    })).node,
    fc.subarray([..."dimsgy"]),
    fc.constantFrom("", "u", "v"),
  )
  .map(([source, flags, mode]) => new RegExp(source, flags.join("") + mode))
  .filter((expression) => !matchesNothing(expression));

const tokens = [
  ..."aab12 .\n\r\b\0\t",
  ...["\r\n", "\n\r", "login: ", "panic: ", "Kernel panic", "\npanic: x\n", "ERROR", "é", "😀"],
  ...["\x1b[1m", "\x1b[", "\x1b]0;ab\x07", "\x1b]", "\x1b\\", "\x1bPq\x1b\\", "\u009b2J", "\x1b"],
].map((text) => Buffer.from(text));
const rawTokens = [[0xff], [0xe2, 0x82], [0xf0, 0x9f], [0x9b], [0xc3]].map((b) => Buffer.from(b));

/** All that a line can bring; and few letters, among which expressions find much. */
const output = fc
  .oneof(
    fc.array(fc.constantFrom(...tokens, ...rawTokens), { maxLength: 40 }),
    fc.array(fc.constantFrom(...[..."aabb1 \n"].map((one) => Buffer.from(one))), { maxLength: 15 }),
  )
  .map((parts) => Buffer.concat(parts));
const pattern = fc.oneof(fc.constantFrom(...patterns), anyExpression);
// Mostly one pattern and no fatal output of its own, or what comes first hides all the others.
const ask = fc.record({
  patterns: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(pattern) },
    { weight: 1, arbitrary: fc.array(pattern, { minLength: 2, maxLength: 3 }) },
  ),
  failOn: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Ask["failOn"]>(undefined, []) },
    { weight: 1, arbitrary: fc.constantFrom<Ask["failOn"]>([/ERR\w+/, "12"], [/b$/m]) },
    { weight: 1, arbitrary: fc.array(anyExpression, { minLength: 1, maxLength: 2 }) },
  ),
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

/** Each wait is called when so many bytes have come; of the cuts none changes what that was. */
async function waitAnyTime(
  chunk: (bytes: Uint8Array) => readonly Uint8Array[],
  bytes: Uint8Array,
  asked: readonly (readonly [number, Ask])[],
) {
  const port = portOf();
  const outcomes: Promise<unknown>[] = [];
  let from = 0;
  for (const [after, one] of asked) {
    for (const piece of chunk(bytes.subarray(from, after))) port.receive(piece);
    outcomes.push(outcome(port, one));
    from = Math.max(from, after);
  }
  for (const piece of chunk(bytes.subarray(from))) port.receive(piece);
  port.finish(poweredOff);
  return { outcomes: await Promise.all(outcomes), ...stateOf(port) };
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

  test("for waits that are called at any time", patient, async () => {
    const timedAsks = fc
      .array(fc.tuple(fc.nat(60), ask), { minLength: 1, maxLength: 4 })
      .map((asked) => asked.sort(([left], [right]) => left - right));
    await fc.assert(
      fc.asyncProperty(output, timedAsks, cuts, async (bytes, asked, sizes) => {
        const single = await waitAnyTime((part) => chunksOf(part, []), bytes, asked);
        expect(await waitAnyTime((part) => chunksOf(part, sizes), bytes, asked)).toEqual(single);
        expect(await waitAnyTime((part) => [part], bytes, asked)).toEqual(single);
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
