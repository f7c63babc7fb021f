/** `for await` over events, on a real QEMU, and on a made-up peer where the order must be exact. */
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { GuestError, QmpError, TimeoutError } from "../../harness/evidence/index.ts";
import type { QmpClient, QmpEvent } from "../../harness/qmp/index.ts";
import { FakePeer, rejection } from "./fake-peer.ts";
import { connectQemu } from "./peers.ts";

/** The names of all events of a stream, once it has ended. */
async function namesOf(stream: AsyncIterable<QmpEvent>): Promise<string[]> {
  const names: string[] = [];
  for await (const { event } of stream) names.push(event);
  return names;
}

/** A real QEMU with a history of two events, STOP and RESUME; RESUME before them has gone. */
async function withShortHistory(): Promise<QmpClient> {
  const { client } = await connectQemu({ limits: { events: 2 } });
  for (const command of ["cont", "stop", "cont"] as const) await client.execute(command);
  return client;
}

describe("eventStream", () => {
  test("gives what comes after the call, in order, and ends with the connection", async () => {
    const { client } = await connectQemu();
    await client.execute("cont");
    const stream = client.eventStream();
    // Nobody reads the stream yet, and nothing is lost.
    await client.execute("stop");
    await client.execute("cont");
    const names = namesOf(stream);
    await client.execute("quit");
    expect(await names).toEqual(["STOP", "RESUME", "SHUTDOWN"]);
    // Afterwards there is what came, and then the end again.
    expect(await namesOf(client.eventStream({ since: 2 }))).toEqual(["RESUME", "SHUTDOWN"]);
    expect(await namesOf(client.eventStream())).toEqual([]);
  });

  test("gives what came since a mark", async () => {
    const { client } = await connectQemu();
    const since = client.mark();
    await client.execute("cont");
    const seen: string[] = [];
    for await (const { event } of client.eventStream({ since })) {
      seen.push(event);
      if (event === "RESUME") await client.execute("stop");
      if (event === "STOP") break;
    }
    expect(seen).toEqual(["RESUME", "STOP"]);
  });

  test("ends when the client is closed, also while the next event is waited for", async () => {
    const { client } = await connectQemu();
    const names = namesOf(client.eventStream({ timeoutMs: Number.POSITIVE_INFINITY }));
    await client.execute("cont");
    client.close(new Error("the test is over"));
    expect(await names).toEqual(["RESUME"]);
  });

  test("holds nothing once its loop has been left", async () => {
    const { client } = await connectQemu({ limits: { pendingWaits: 1 } });
    const { signal } = new AbortController();
    for (let round = 0; round < 3; round += 1) {
      const stream = client.eventStream({ signal });
      await client.execute(round % 2 === 0 ? "cont" : "stop");
      for await (const _ of stream) break;
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    }
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    // The one wait that is allowed is free.
    const resumed = client.waitForEvent("RESUME", { since: 0 });
    expect((await resumed).sequence).toBe(1);
  });

  test("several read the same events, each at its own pace", async () => {
    const { client } = await connectQemu();
    const [slow, fast] = [client.eventStream(), client.eventStream()];
    await client.execute("cont");
    expect((await fast.next()).value).toMatchObject({ event: "RESUME" });
    await client.execute("stop");
    expect((await fast.next()).value).toMatchObject({ event: "STOP" });
    expect((await slow.next()).value).toMatchObject({ event: "RESUME" });
    expect((await slow.next()).value).toMatchObject({ event: "STOP" });
  });

  test("fails when events have left the history before they were read", async () => {
    const client = await withShortHistory();
    const error = await rejection(namesOf(client.eventStream({ since: 0 })));
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toBe(
      "the next QMP event: 1 events had left the history (the limit events) before they were" +
        " read: read faster, or begin at a later mark()",
    );
    const stream = client.eventStream({ since: 1 });
    expect((await stream.next()).value).toMatchObject({ event: "STOP" });
    await client.execute("stop");
    await client.execute("cont");
    expect((await rejection(stream.next())).message).toContain("1 events had left the history");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test("fails at its limit for one event, and when its signal aborts", async () => {
    const { client } = await connectQemu();
    const error = await rejection(namesOf(client.eventStream({ timeoutMs: 1 })));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      "timed out after 1 ms (timeoutMs) waiting for the next QMP event\n  no event came meanwhile",
    );
    const controller = new AbortController();
    const waiting = rejection(namesOf(client.eventStream({ signal: controller.signal })));
    controller.abort(new Error("enough"));
    expect((await waiting).message).toBe(
      "the next QMP event: given up because its signal aborted: enough",
    );
  });

  test("ends with the guest, and fails with what else is found of it", async () => {
    const { client } = await connectQemu();
    const names = namesOf(client.eventStream());
    await client.execute("cont");
    const exit = { kind: "power-off", because: "SHUTDOWN" } as const;
    client.failWaits((phase) => new GuestError(`while waiting for ${phase}`, exit));
    expect(await names).toEqual(["RESUME"]);
    expect(await namesOf(client.eventStream({ since: 0 }))).toEqual(["RESUME"]);
    client.allowWaits();
    const halted = rejection(namesOf(client.eventStream()));
    const finding = { kind: "dead-halt", because: "every CPU is halted" } as const;
    client.failWaits((phase) => new GuestError(`while waiting for ${phase}`, finding));
    expect(await halted).toBeInstanceOf(GuestError);
    expect((await halted).message).toContain("while waiting for the next QMP event");
  });

  test("fails when the protocol breaks, now and later", async () => {
    const peer = new FakePeer();
    const client = await peer.connect();
    const names = rejection(namesOf(client.eventStream()));
    peer.say("nonsense\r\n");
    const error = await names;
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toBe(
      "the next QMP event: will not come: QEMU sent a line that is not JSON: nonsense",
    );
    const later = await rejection(namesOf(client.eventStream()));
    expect(later.message).toBe("the next QMP event needs the state ready, but this is closed");
    expect(later.cause).toBe(await client.closed);
  });
});

describe("for await over the history", () => {
  test("goes on with what comes, and the history is an array like any other", async () => {
    const client = await withShortHistory();
    const { events } = client;
    expect(events.map(({ event }) => event)).toEqual(["STOP", "RESUME"]);
    expect([...events]).toStrictEqual(events);
    const names = namesOf(events);
    await client.execute("stop");
    await client.execute("quit");
    expect(await names).toEqual(["STOP", "RESUME", "STOP", "SHUTDOWN"]);
    expect(events).toHaveLength(2);
  });

  test("begins now where nothing has come yet", async () => {
    const { client } = await connectQemu();
    const { events } = client;
    await client.execute("cont");
    client.close();
    expect(await namesOf(events)).toEqual(["RESUME"]);
  });
});
