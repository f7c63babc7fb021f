/** Events and the waits for them, on a real QEMU. */
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { GuestError, QmpError, StateError, TimeoutError } from "../../harness/evidence/index.ts";
import { FakePeer, rejection } from "./fake-peer.ts";
import { connectQemu } from "./peers.ts";

describe("events", () => {
  test("come in order, numbered, before the answer of the command that caused them", async () => {
    const { client } = await connectQemu();
    const heard: number[] = [];
    const stop = client.onEvent(({ sequence }) => heard.push(sequence));
    const before = Date.now();
    await client.execute("cont");
    expect(client.mark()).toBe(1);
    await client.execute("stop");
    stop();
    await client.execute("cont");
    expect(client.events.map(({ event, sequence }) => [event, sequence])).toEqual([
      ["RESUME", 1],
      ["STOP", 2],
      ["RESUME", 3],
    ]);
    expect(heard).toEqual([1, 2]);
    expect(client.eventsDropped).toBe(0);
    const times = client.events.map(({ timestampMs }) => timestampMs ?? 0);
    expect(times).toEqual(times.toSorted((first, second) => first - second));
    // QEMU and this process read the same clock, and QEMU cuts off what is below a microsecond.
    expect(times[0]).toBeGreaterThanOrEqual(before);
  });

  test("are not told any more once a listener has closed the client", async () => {
    const peer = new FakePeer();
    const client = await peer.connect();
    const heard: string[] = [];
    client.onEvent(({ event }) => {
      heard.push(event);
      client.close();
    });
    peer.say('{"event": "FIRST"}\r\n{"event": "SECOND"}\r\n');
    await client.closed;
    expect(heard).toEqual(["FIRST"]);
    expect(client.events).toHaveLength(1);
  });

  test("are kept up to the limit", async () => {
    const { client } = await connectQemu({ limits: { events: 2 } });
    for (const command of ["cont", "stop", "cont"] as const) await client.execute(command);
    expect(client.events.map(({ event }) => event)).toEqual(["STOP", "RESUME"]);
    expect(client.eventsDropped).toBe(1);
    const error = await rejection(client.waitForEvent("POWERDOWN", { since: 0, timeoutMs: 1 }));
    expect(error.message).toBe(
      "timed out after 1 ms (timeoutMs) waiting for QMP event POWERDOWN\n" +
        "  1 events had left the history (the limit events) before this wait began\n" +
        "  events meanwhile (the last 10, after 1 others):\n    STOP\n    RESUME",
    );
  });
});

describe("waitForEvent", () => {
  test("finds an event since a mark, whether it came before the call or comes after", async () => {
    const { client } = await connectQemu();
    const mark = client.mark();
    await client.execute("cont");
    const resumed = await client.waitForEvent("RESUME", { since: mark });
    expect(resumed).toMatchObject({ event: "RESUME", data: {}, sequence: 1 });
    const stopped = client.waitForEvent("STOP", { since: mark });
    await client.execute("stop");
    expect(await stopped).toMatchObject({ event: "STOP", sequence: 2 });
  });

  test("does not count what came before the call unless it is asked to", async () => {
    const { client } = await connectQemu();
    await client.execute("cont");
    const error = await rejection(client.waitForEvent("RESUME", { timeoutMs: 1 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      "timed out after 1 ms (timeoutMs) waiting for QMP event RESUME\n  no event came meanwhile",
    );
    const next = client.waitForEvent("RESUME");
    await client.execute("stop");
    await client.execute("cont");
    expect((await next).sequence).toBe(3);
  });

  test("wants the data that `where` names, and shows what came instead", async () => {
    const { client } = await connectQemu();
    const since = client.mark();
    const partial = client.waitForEvent("RESET", { where: { guest: false } });
    const decided = client.waitForEvent("RESET", { where: ({ data }) => !data.guest });
    await client.execute("system_reset");
    expect(await partial).toBe(await decided);
    const options = { where: { reason: "guest-reset" }, since, timeoutMs: 1 } as const;
    const error = await rejection(client.waitForEvent("RESET", options));
    expect(error.message).toBe(
      "timed out after 1 ms (timeoutMs) waiting for QMP event RESET where { reason: 'guest-reset' }\n" +
        '  events meanwhile:\n    RESET {"guest":false,"reason":"host-qmp-system-reset"}',
    );
  });

  test("fails with what `where` throws, and goes on with the others", async () => {
    const { client } = await connectQemu();
    const thrown = new Error("not my event");
    const where = () => {
      throw thrown;
    };
    const failing = rejection(client.waitForEvent("RESUME", { where }));
    const other = client.waitForEvent("RESUME");
    await client.execute("cont");
    const error = await failing;
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toMatch(/^QMP event RESUME where .*: its function threw: not my event$/);
    expect(error.cause).toBe(thrown);
    await other;
    expect((await rejection(client.waitForEvent("RESUME", { where, since: 0 }))).cause).toBe(
      thrown,
    );
  });

  test("is given up when its signal aborts", async () => {
    const { client } = await connectQemu();
    const controller = new AbortController();
    const waiting = rejection(client.waitForEvent("STOP", { signal: controller.signal }));
    controller.abort(new Error("enough"));
    const message = "QMP event STOP: given up because its signal aborted: enough";
    expect((await waiting).message).toBe(message);
    const late = await rejection(client.waitForEvent("STOP", { signal: controller.signal }));
    expect(late.message).toBe(message);
  });

  test("lets go of the signal when it is done, as a command does", async () => {
    const { client } = await connectQemu();
    const { signal } = new AbortController();
    const waiting = client.waitForEvent("RESUME", { signal });
    const command = client.execute("cont", {}, { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(2);
    await Promise.all([waiting, command]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("fails, now and later, when the guest has ended, but finds what came before", async () => {
    const { client } = await connectQemu();
    const pending = rejection(client.waitForEvent("STOP"));
    await client.execute("cont");
    const exit = { kind: "power-off", because: "SHUTDOWN" } as const;
    client.failWaits((phase) => new GuestError(`while waiting for ${phase}`, exit));
    expect(await pending).toBeInstanceOf(GuestError);
    expect((await pending).message).toBe("power-off\n  while waiting for QMP event STOP");
    expect((await rejection(client.waitForEvent("RESET"))).message).toBe(
      "power-off\n  while waiting for QMP event RESET",
    );
    await client.waitForEvent("RESUME", { since: 0 });
    client.allowWaits();
    const stopped = client.waitForEvent("STOP");
    await client.execute("stop");
    await stopped;
  });

  test("after the end finds what came, and is a state error otherwise", async () => {
    const { client } = await connectQemu();
    await client.execute("quit");
    await client.closed;
    const shutdown = await client.waitForEvent("SHUTDOWN", { since: 0 });
    expect(shutdown.data).toEqual({ guest: false, reason: "host-qmp-quit" });
    const error = await rejection(client.waitForEvent("STOP"));
    expect(error).toBeInstanceOf(StateError);
    expect(error.message).toBe("QMP event STOP needs the state ready, but this is closed");
  });
});

describe("limits", () => {
  test("refuse what exceeds them, by name", async () => {
    const client = await new FakePeer().connect({
      limits: { pendingCommands: 2, pendingSizeBytes: 200, messageSizeBytes: 150, pendingWaits: 1 },
    });
    const pending = [rejection(client.execute("a"))];
    const tooLong = await rejection(client.execute("b", { text: "x".repeat(150) }));
    expect(tooLong.message).toBe(
      "QMP b: not sent: as JSON it has more bytes than 150 (the limit messageSizeBytes)",
    );
    pending.push(rejection(client.execute("c", { text: "x".repeat(100) })));
    expect((await rejection(client.execute("d", { text: "x".repeat(100) }))).message).toBe(
      "QMP d: not sent: with it, the bytes of unanswered commands would exceed 200" +
        " (the limit pendingSizeBytes)",
    );
    expect((await rejection(client.execute("e"))).message).toBe(
      "QMP e: not sent: the commands without an answer are already 2 (the limit pendingCommands)",
    );
    pending.push(rejection(client.waitForEvent("A")));
    expect((await rejection(client.waitForEvent("B"))).message).toBe(
      "QMP event B: 1 waits are pending (the limit pendingWaits)",
    );
    client.close();
    for (const error of await Promise.all(pending)) expect(error).toBeInstanceOf(QmpError);
  });

  test("name a time limit that is none", async () => {
    const client = await new FakePeer().connect();
    const error = await rejection(client.execute("a", {}, { timeoutMs: Number.NaN }));
    expect(error.message).toMatch(/^timeoutMs: takes milliseconds/);
    expect(() => client.close()).not.toThrow();
  });

  test("of commands on the wire do not count out-of-band ones", async () => {
    const sent: string[] = [];
    const log = (direction: string, line: string) => direction === "sent" && sent.push(line);
    const peer = new FakePeer();
    const client = await peer.connect({ limits: { inFlightCommands: 1 }, log });
    const urgent = client.execute("urgent", {}, { outOfBand: true });
    peer.say(`{"return": {}, "id": ${(await peer.nextRequest()).id}}\r\n`);
    await urgent;
    const pending = [rejection(client.execute("first")), rejection(client.execute("second"))];
    expect(sent.slice(2)).toEqual(['{"execute":"first","id":3}']);
    client.close();
    await Promise.all(pending);
  });

  test("an out-of-band command needs a QEMU that offers them", async () => {
    const peer = new FakePeer();
    const client = await peer.connect({}, []);
    const error = await rejection(client.execute("query-yank", {}, { outOfBand: true }));
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toBe(
      "QMP query-yank: this QEMU offers no out-of-band commands on this connection",
    );
    client.close();
  });
});
