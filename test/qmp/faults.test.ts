/**
 * The faults of a peer, one row each: what is pending fails with a typed error that has what was
 * sent and what was received, and nothing stays pending.
 */
import { describe, expect, test } from "vitest";
import { QmpError, StateError, TimeoutError } from "../../harness/evidence/index.ts";
import { FakePeer, rejection } from "./fake-peer.ts";

const limits = { inFlightCommands: 2, messageSizeBytes: 400 };
const greeting = {
  QMP: { version: { qemu: { major: 7, minor: 2, micro: 0 }, package: "" }, capabilities: [] },
};

interface Fault {
  readonly name: string;
  /** What the peer writes, while the commands 2, 3 (out of band) and, queued, 4 to 6 wait. */
  readonly says: string | Uint8Array;
  /** Whether it closes its side then. */
  readonly ends?: boolean;
  /** The first line of the reason for which the client closes. */
  readonly reason: string;
  /** What the reason carries of what was received. */
  readonly received?: unknown;
}

const faults: readonly Fault[] = [
  {
    name: "malformed: no JSON",
    says: '{"event":\r\n',
    reason: 'QEMU sent a line that is not JSON: {"event":',
    received: '{"event":',
  },
  {
    name: "malformed: JSON of no known kind",
    says: '{"greetings": 1}\r\n',
    reason: 'QEMU sent a line that is no greeting, event or answer: {"greetings": 1}',
    received: { greetings: 1 },
  },
  {
    name: "malformed: no object",
    says: "[1]\r\n",
    reason: "QEMU sent a line that is no greeting, event or answer: [1]",
    received: [1],
  },
  {
    name: "malformed: a refusal without a description",
    says: '{"error": {"class": "GenericError"}, "id": 2}\r\n',
    reason: "QEMU sent a line that is no greeting, event or answer: ",
    received: { error: { class: "GenericError" }, id: 2 },
  },
  {
    name: "malformed: an event whose data is no object",
    says: '{"event": "STOP", "data": 5}\r\n',
    reason: "QEMU sent a line that is no greeting, event or answer: ",
    received: { event: "STOP", data: 5 },
  },
  {
    name: "malformed: not UTF-8",
    says: Buffer.from('{"event": "\xff"}\r\n', "latin1"),
    reason: 'QEMU sent a line that is not UTF-8: {"event": "\xff"}',
    received: '{"event": "\xff"}\r',
  },
  {
    name: "oversized, with its end",
    says: `{"event": "${"x".repeat(400)}"}\r\n`,
    reason: 'QEMU sent a message of more than 400 bytes (the limit messageSizeBytes): {"event": "x',
    received: `{"event": "${"x".repeat(400)}"}\r`,
  },
  {
    name: "oversized, and never ending",
    says: "x".repeat(401),
    reason: "QEMU sent a message of more than 400 bytes (the limit messageSizeBytes): xxx",
    received: "x".repeat(401),
  },
  {
    name: "interleaved: two messages on one line",
    says: '{"return": {}, "id": 2}{"event": "STOP"}\r\n',
    reason: 'QEMU sent a line that is not JSON: {"return": {}, "id": 2}{"event": "STOP"}',
    received: '{"return": {}, "id": 2}{"event": "STOP"}',
  },
  {
    name: "interleaved: a message inside another one",
    says: '{"return": {"stat\r\n{"event": "STOP"}\r\nus": "running"}, "id": 2}\r\n',
    reason: 'QEMU sent a line that is not JSON: {"return": {"stat',
    received: '{"return": {"stat',
  },
  {
    name: "truncated by the end of the stream",
    says: '{"return": {"status": "run',
    ends: true,
    reason: 'QEMU closed the QMP connection in the middle of a message: {"return": {"status": "run',
    received: '{"return": {"status": "run',
  },
  {
    name: "a closed socket",
    says: "",
    ends: true,
    reason: "QEMU closed the QMP connection",
  },
  {
    name: "an unknown id",
    says: '{"return": 1, "id": 99}\r\n',
    reason: "QEMU sent an answer with the unknown id 99",
    received: { kind: "result", id: 99, result: 1 },
  },
  {
    name: "an id of another type",
    says: '{"return": 1, "id": "2"}\r\n',
    reason: 'QEMU sent an answer with the unknown id "2"',
    received: { kind: "result", id: "2", result: 1 },
  },
  {
    name: "an id beyond 2^53",
    says: '{"return": 1, "id": [9007199254740993]}\r\n',
    reason: "QEMU sent an answer with the unknown id [9007199254740993]",
    received: { kind: "result", id: ["9007199254740993"], result: 1 },
  },
  {
    name: "an id that is null",
    says: '{"return": 1, "id": null}\r\n',
    reason: "QEMU sent an answer with the unknown id null",
    received: { kind: "result", id: null, result: 1 },
  },
  {
    name: "the id of a command that was answered before",
    says: '{"return": 1, "id": 1}\r\n',
    reason: "QEMU sent an answer with the unknown id 1",
    received: { kind: "result", id: 1, result: 1 },
  },
  {
    name: "the id of a command that was not sent yet",
    says: '{"return": 1, "id": 6}\r\n',
    reason: "QEMU sent an answer with the unknown id 6",
    received: { kind: "result", id: 6, result: 1 },
  },
  {
    name: "a second greeting",
    says: `${JSON.stringify(greeting)}\r\n`,
    reason: "QEMU sent a second greeting",
    received: greeting.QMP,
  },
];

describe("a fault closes the connection", () => {
  test.each(faults)("$name", async ({ says, ends, reason, received }) => {
    const peer = new FakePeer();
    const client = await peer.connect({ limits });
    const timeoutMs = Number.POSITIVE_INFINITY;
    const commands = ["a", "b", "c", "d", "e"].map((name, index) =>
      rejection(client.execute(name, {}, { timeoutMs, outOfBand: index === 1 })),
    );
    const waits = ["STOP", "RESUME"].map((name) =>
      rejection(client.waitForEvent(name, { timeoutMs })),
    );
    peer.say(says);
    if (ends) peer.end();
    const closed = (await client.closed) as QmpError;
    expect(closed).toBeInstanceOf(QmpError);
    expect(closed.message.slice(0, reason.length)).toBe(reason);
    expect(closed.received).toEqual(received);
    for (const [index, error] of ((await Promise.all(commands)) as QmpError[]).entries()) {
      const name = "abcde"[index];
      expect(error).toBeInstanceOf(QmpError);
      expect(error.message.startsWith(`QMP ${name}: unanswered: ${reason}`)).toBe(true);
      const verb = index === 1 ? "exec-oob" : "execute";
      expect(error.sent).toEqual({ [verb]: name, arguments: {}, id: index + 2 });
      expect(error.received).toEqual(received);
      expect(error.cause).toBe(closed);
    }
    for (const error of (await Promise.all(waits)) as QmpError[]) {
      expect(error).toBeInstanceOf(QmpError);
      expect(error.message).toMatch(/^QMP event (STOP|RESUME): will not come: QEMU /);
      expect(error.received).toEqual(received);
      expect(error.cause).toBe(closed);
    }
    expect(peer.clientSide.destroyed).toBe(true);
    const later = await rejection(client.execute("stop"));
    expect(later).toEqual(new StateError("QMP stop", "closed", ["ready"]));
    expect(later.cause).toBe(closed);
  });

  test("also an answer without an id when nothing was asked", async () => {
    const peer = new FakePeer();
    const client = await peer.connect();
    peer.say('{"error": {"class": "GenericError", "desc": "Invalid JSON syntax"}}\r\n');
    expect(await client.closed).toMatchObject({
      message: "QEMU sent an answer with no id: Invalid JSON syntax",
      received: { kind: "refusal", errorClass: "GenericError", description: "Invalid JSON syntax" },
    });
  });
});

describe("a peer that stops", () => {
  test.each([
    ["before it has greeted", "", "the QMP greeting", "QEMU has said nothing"],
    [
      "in the middle of its greeting",
      '{"QMP": {"ver',
      "the QMP greeting",
      'QEMU stopped in the middle of a message 500 ms ago: {"QMP": {"ver',
    ],
    [
      "before it agrees on capabilities",
      `${JSON.stringify(greeting)}\r\n`,
      "QMP qmp_capabilities",
      `QEMU last said something 500 ms ago: ${JSON.stringify(greeting)}`,
    ],
  ])("%s closes the connection at its limit", async (_when, says, phase, silence) => {
    let nowMs = 0;
    const peer = new FakePeer();
    const connecting = peer.connecting({ connectTimeoutMs: 20, now: () => nowMs });
    peer.say(says);
    await peer.delivered;
    nowMs = 500;
    const error = await rejection(connecting);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      `timed out after 20 ms (connectTimeoutMs) waiting for ${phase}\n  ${silence}`,
    );
    expect(peer.clientSide.destroyed).toBe(true);
  });

  test("in the middle of an answer costs its command, and what queues behind it", async () => {
    const peer = new FakePeer();
    const client = await peer.connect({ limits: { inFlightCommands: 1 } });
    const half = rejection(client.execute("a", {}, { timeoutMs: 20 }));
    peer.say('{"return": {"sta');
    const queued = rejection(client.execute("b", {}, { timeoutMs: 20 }));
    const urgent = rejection(client.execute("c", {}, { timeoutMs: 20, outOfBand: true }));
    const stopped = 'QEMU stopped in the middle of a message \\d+ ms ago: {"return": {"sta$';
    for (const [error, name, sent] of [
      [await half, "a", 'sent: {"execute":"a","arguments":{},"id":2}'],
      [await queued, "b", "never sent: 1 commands before it have no answer"],
      [await urgent, "c", 'sent: {"exec-oob":"c","arguments":{},"id":4}'],
    ] as const) {
      expect(error).toBeInstanceOf(TimeoutError);
      const first = `timed out after 20 ms (timeoutMs) waiting for QMP ${name}`;
      expect(error.message.startsWith(`${first}\n  ${sent}\n  `)).toBe(true);
      expect(error.message).toMatch(new RegExp(stopped));
    }
    peer.say('tus": 1}, "id": 2}\r\n');
    const later = client.execute("d");
    const ids = [await peer.nextRequest(), await peer.nextRequest(), await peer.nextRequest()];
    expect(ids.map(({ id }) => id)).toEqual([2, 4, 5]);
    peer.say('{"return": "late", "id": 4}\r\n{"return": "in time", "id": 5}\r\n');
    expect(await later).toBe("in time");
  });
});
