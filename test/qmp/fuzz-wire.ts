/**
 * The wire against a made-up peer: whatever it sends, everything settles, with a typed error. The
 * tests run a thousand inputs, and the bench a million; so nothing here needs vitest.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BringupError, QmpError } from "../../harness/evidence/index.ts";
import { chunksOf } from "./chunks.ts";
import { FakePeer } from "./fake-peer.ts";

const limits = { inFlightCommands: 100, messageSizeBytes: 4_096 };
/** Milliseconds after which an input counts as one that hangs, also on a busy host. */
const hangMs = 30_000;
const forever = { timeoutMs: Number.POSITIVE_INFINITY };
const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 40 }));

/** What the peer says, in this order: answers by the index of the command, and events. */
const script = fc
  .tuple(
    fc.array(fc.record({ refused: fc.boolean(), value: fc.jsonValue({ maxDepth: 1 }) }), {
      minLength: 1,
      maxLength: 8,
    }),
    fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 8 }),
  )
  .chain(([answers, events]) => {
    const order = [...answers.keys(), ...events.map((_, index) => -1 - index)];
    return fc.record({
      answers: fc.constant(answers),
      events: fc.constant(events),
      order: fc.shuffledSubarray(order, { minLength: order.length, maxLength: order.length }),
    });
  });

type Script = typeof script extends fc.Arbitrary<infer Value> ? Value : never;

/** The bytes of a script; events keep their order among themselves. */
function transcript({ answers, events, order }: Script, ids: readonly number[]): Buffer {
  const dataOfEvents = events.values();
  const messages = order.map((index) => {
    const answer = answers[index];
    if (answer === undefined) {
      return { event: "E", data: { value: dataOfEvents.next().value } };
    }
    const error = { class: "GenericError", desc: JSON.stringify(answer.value) };
    return answer.refused
      ? { id: ids[index], error }
      : { return: { value: answer.value }, id: ids[index] };
  });
  return Buffer.from(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(""));
}

/** Each command gets its own answer, and no event is lost. */
async function understands(said: Script, sizes: Iterator<number>): Promise<void> {
  const peer = new FakePeer();
  const client = await peer.connect({ limits });
  const pending = said.answers.map((_, index) => client.execute(`command-${index}`));
  const settled = Promise.allSettled(pending);
  const ids: number[] = [];
  for (const _ of pending) ids.push((await peer.nextRequest()).id);
  const heard: unknown[] = [];
  client.onEvent(({ data }) => heard.push(data.value));
  for (const chunk of chunksOf(transcript(said, ids), sizes)) peer.say(chunk);
  peer.say('{"event": "LAST"}\r\n');
  await client.waitForEvent("LAST", { since: 0 });
  const outcomes = (await settled).map((outcome) =>
    outcome.status === "fulfilled"
      ? { refused: false, value: (outcome.value as { value: unknown }).value }
      : { refused: true, value: JSON.parse(descriptionOf(outcome.reason as QmpError)) },
  );
  const events = client.events.slice(0, -1).map(({ data }) => data.value);
  assert.equal(asJson(outcomes), asJson(said.answers));
  assert.equal(asJson(events), asJson(said.events));
  assert.equal(asJson(heard.slice(0, -1)), asJson(events));
  client.close();
}

/** Whatever the bytes, then the end: nothing is pending, every error is typed. */
async function survives(bytes: Uint8Array, sizes: Iterator<number>): Promise<void> {
  const peer = new FakePeer();
  const client = await peer.connect({ limits });
  const settled = Promise.allSettled([
    client.waitForEvent("NEVER", forever),
    client.execute("a", undefined, forever),
    client.execute("b", {}, { ...forever, outOfBand: true }),
  ]);
  for (const chunk of chunksOf(bytes, sizes)) peer.say(chunk);
  peer.end();
  const reason = await client.closed;
  assert(reason instanceof QmpError, `closed with ${reason}`);
  for (const outcome of await settled) {
    if (outcome.status === "fulfilled") continue;
    assert(outcome.reason instanceof BringupError, `rejected with ${outcome.reason}`);
    assert.notEqual(outcome.reason.message, "");
  }
  assert.equal((await settled)[0]?.status, "rejected");
  assert.equal(client.state, "closed");
  assert(peer.clientSide.destroyed);
}

function descriptionOf({ received }: QmpError): string {
  return (received as { desc: string }).desc;
}

/** Compares by JSON, which does not know negative zero, nor numbers from `bigint`s. */
function asJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "bigint" ? Number(part) : part,
  );
}

const member = fc.constantFrom(
  ...["event", "data", "return", "error", "id", "QMP", "timestamp", "class", "desc"],
);
const foreignLines = fc
  .array(fc.dictionary(member, fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.nat(3))), {
    maxLength: 6,
  })
  .map((lines) => Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));

const ownBytes = script.map((said) => transcript(said, [2, 3]));
const cutOff = fc
  .tuple(ownBytes, fc.nat())
  .map(([bytes, cut]) => bytes.subarray(0, cut % (bytes.length + 1)));
const damaged = fc
  .tuple(ownBytes, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }))
  .map(([bytes, damages]) => {
    for (const [place, value] of damages) bytes[place % bytes.length] = value;
    return bytes;
  });

/** The kinds of inputs. */
export const wireProperties = {
  "a peer that keeps to the protocol, in any order and any chunks": fc.asyncProperty(
    script,
    cuts,
    understands,
  ),
  "any bytes": fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, survives),
  "lines that are JSON, but not its own": fc.asyncProperty(foreignLines, cuts, survives),
  "a transcript that is cut off anywhere": fc.asyncProperty(cutOff, cuts, survives),
  "a transcript with damaged bytes": fc.asyncProperty(damaged, cuts, survives),
} as const;

/**
 * Runs `inputs` inputs of one kind, which `seed` decides.
 * @throws the failure of the smallest input that fails, with the seed that gives it again.
 */
export async function fuzzWire(
  kind: keyof typeof wireProperties,
  inputs: number,
  seed: number,
): Promise<void> {
  const property = wireProperties[kind] as fc.IAsyncProperty<unknown>;
  await fc.assert(property, { numRuns: inputs, seed, timeout: hangMs });
}
