/** The wire against a made-up peer: whatever it sends, everything settles, with a typed error. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BringupError, QmpError } from "../../harness/evidence/index.ts";
import { chunksOf } from "./chunks.ts";
import { FakePeer } from "./fake-peer.ts";

const limits = { inFlightCommands: 100, messageSizeBytes: 4_096 };
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

function descriptionOf({ received }: QmpError): string {
  return (received as { desc: string }).desc;
}

/** Compares by JSON, which does not know negative zero, nor numbers from `bigint`s. */
function asJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "bigint" ? Number(part) : part,
  );
}

describe("a peer that keeps to the protocol", () => {
  test("answers each command its own, and loses no event, in any order and any chunks", async () => {
    await fc.assert(
      fc.asyncProperty(script, cuts, async (said, sizes) => {
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
        expect(asJson(outcomes)).toBe(asJson(said.answers));
        expect(asJson(client.events.slice(0, -1).map(({ data }) => data.value))).toBe(
          asJson(said.events),
        );
        expect(heard.slice(0, -1)).toEqual(
          client.events.slice(0, -1).map((event) => event.data.value),
        );
        client.close();
      }),
      { numRuns: 250 },
    );
  });
});

describe("a peer that breaks the protocol", () => {
  /** Whatever the bytes, then the end: nothing is pending, every error is typed. */
  async function survives(bytes: Uint8Array, sizes: Iterator<number>): Promise<void> {
    const peer = new FakePeer();
    const client = await peer.connect({ limits });
    const pending = [
      client.execute("a"),
      client.execute("b", {}, { timeoutMs: Number.POSITIVE_INFINITY }),
      client.waitForEvent("NEVER", { timeoutMs: Number.POSITIVE_INFINITY }),
    ];
    const settled = Promise.allSettled(pending);
    for (const chunk of chunksOf(bytes, sizes)) peer.say(chunk);
    peer.end();
    const reason = await client.closed;
    expect(reason).toBeInstanceOf(QmpError);
    for (const outcome of await settled) {
      if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(BringupError);
    }
    expect((await settled)[2]?.status).toBe("rejected");
    expect(client.state).toBe("closed");
  }

  test("with any bytes", async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, survives), {
      numRuns: 250,
    });
  });

  test("with lines that are JSON, but not its own", async () => {
    const key = fc.constantFrom(
      "event",
      "data",
      "return",
      "error",
      "id",
      "QMP",
      "timestamp",
      "class",
      "desc",
    );
    const line = fc.dictionary(key, fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.nat(3)));
    const lines = fc.array(line, { maxLength: 6 }).map((values) => {
      return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    });
    await fc.assert(fc.asyncProperty(lines, cuts, survives), { numRuns: 250 });
  });

  test("with a transcript that is cut off anywhere", async () => {
    const cutOff = fc.tuple(script, fc.nat()).map(([said, cut]) => {
      const bytes = transcript(said, [2, 3]);
      return bytes.subarray(0, cut % (bytes.length + 1));
    });
    await fc.assert(fc.asyncProperty(cutOff, cuts, survives), { numRuns: 250 });
  });
});
