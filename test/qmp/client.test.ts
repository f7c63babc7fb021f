/** The client on a real QEMU. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { QmpError, StateError, TimeoutError } from "../../harness/evidence/index.ts";
import { QmpClient } from "../../harness/qmp/index.ts";
import { FakePeer, GREETING, rejection } from "./fake-peer.ts";
import { connectQemu, startQemu } from "./peers.ts";

describe("connecting", () => {
  test("goes through its states and knows QEMU's version", async () => {
    const { stream } = startQemu();
    const client = new QmpClient(stream);
    expect(client.state).toBe("connecting");
    expect(() => client.greeting).toThrow(
      new StateError("QMP greeting", "connecting", ["negotiating", "ready"]),
    );
    const early = await rejection(client.execute("stop"));
    expect(early).toEqual(new StateError("QMP stop", "connecting", ["ready"]));
    await client.ready;
    expect(client.state).toBe("ready");
    expect(client.greeting.capabilities).toContain("oob");
    const version = await client.execute("query-version");
    expect(version).toEqual(client.greeting.version);
    expect(version.qemu.major).toBeGreaterThanOrEqual(7);
    client.close();
    expect(client.state).toBe("closed");
  });

  test("fails at its limit when QEMU does not greet, and closes the stream", async () => {
    const { clientSide } = new FakePeer();
    const error = await rejection(QmpClient.connect(clientSide, { connectTimeoutMs: 1 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      "timed out after 1 ms (connectTimeoutMs) waiting for the QMP greeting\n" +
        "  QEMU has said nothing",
    );
    expect(clientSide.destroyed).toBe(true);
  });

  test("fails at its limit when QEMU does not negotiate", async () => {
    const peer = new FakePeer();
    const connecting = rejection(QmpClient.connect(peer.clientSide, { connectTimeoutMs: 20 }));
    peer.say(GREETING);
    expect((await connecting).message).toMatch(
      /waiting for QMP qmp_capabilities\n {2}QEMU last said something \d+ ms ago: \{"QMP": /,
    );
  });

  test("fails when QEMU ends before its greeting, or has ended already", async () => {
    const { stream } = startQemu({ parameters: ["-no-such-option"] });
    const error = await rejection(QmpClient.connect(stream));
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toBe("QEMU closed the QMP connection before its greeting");
    expect((await rejection(QmpClient.connect(stream))).message).toBe(error.message);
  });

  test("logs every line of both directions", async () => {
    const lines: string[] = [];
    const { client } = await connectQemu({
      log: (direction, line) => lines.push(`${direction} ${line}`),
    });
    await client.execute("stop");
    expect(lines.map((line) => line.replace(/"version": .*/, "…"))).toEqual([
      'received {"QMP": {…',
      'sent {"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":1}',
      'received {"return": {}, "id": 1}',
      'sent {"execute":"stop","id":2}',
      'received {"return": {}, "id": 2}',
    ]);
  });

  test("goes on without a log that throws, and warns of it", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const { client } = await connectQemu({
      log: () => {
        throw new Error("disk full");
      },
    });
    await client.execute("stop");
    expect(warn.mock.calls).toEqual([
      ["the QMP log ends here, because writing it threw: disk full", { type: "QmpLogWarning" }],
    ]);
  });
});

describe("execute", () => {
  test("returns QEMU's answers to many commands at once, each its own", async () => {
    const { client } = await connectQemu();
    const commands = Array.from({ length: 300 }, (_, index) =>
      index % 2 === 0 ? client.execute("query-status") : client.execute("query-version"),
    );
    const answers = await Promise.all(commands);
    for (const [index, answer] of answers.entries()) {
      if (index % 2 === 0) expect(answer).toMatchObject({ status: "prelaunch", running: false });
      else expect(answer).toEqual(client.greeting.version);
    }
  });

  test("takes an answer of hundreds of kilobytes", async () => {
    const { client } = await connectQemu();
    const schema = await client.execute("query-qmp-schema");
    expect(schema.filter((entity) => entity["meta-type"] === "command").length).toBeGreaterThan(
      200,
    );
  });

  test("carries what was sent and what came back when QEMU refuses", async () => {
    const { client } = await connectQemu();
    const error = (await rejection(client.execute("device_add", { driver: "nope" }))) as QmpError;
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toBe(
      "QMP device_add: 'nope' is not a valid device model name\n" +
        '  sent: {"execute":"device_add","arguments":{"driver":"nope"},"id":2}',
    );
    expect(error.sent).toEqual({ execute: "device_add", arguments: { driver: "nope" }, id: 2 });
    expect(error.received).toEqual({
      class: "GenericError",
      desc: "'nope' is not a valid device model name",
    });
    expect(error.errorClass).toBe("GenericError");
  });

  test("names an unusual class of error", async () => {
    const { client } = await connectQemu({ checksCommands: false });
    const error = await rejection(client.execute("frobnicate", { a: 1 }));
    expect(error.message.split("\n", 1)).toEqual([
      "QMP frobnicate: The command frobnicate has not been found (CommandNotFound)",
    ]);
  });

  test("blames the right command when QEMU cannot read its arguments, and goes on", async () => {
    const { client } = await connectQemu();
    const good = [client.execute("query-status"), client.execute("query-status")];
    const bad = client.execute("human-monitor-command", { "command-line": "\ud800" });
    const after = client.execute("query-version");
    const error = await rejection(bad);
    expect(error.message).toContain("QMP human-monitor-command: QEMU could not read the request: ");
    expect(error).toBeInstanceOf(QmpError);
    await Promise.all([...good, after]);
    expect(client.state).toBe("ready");
  });

  test("sends what QEMU can just read, and refuses what is nested deeper", async () => {
    const { client } = await connectQemu({ checksCommands: false });
    const nested = (depth: number) =>
      JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`) as object;
    const readable = await rejection(client.execute("query-status", { a: nested(1_021) } as never));
    expect(readable.message).toContain("QMP query-status: Parameter 'a' is unexpected");
    const refused = await rejection(client.execute("query-status", { a: nested(1_022) } as never));
    expect(refused.message).toContain("nested more than 1023 deep, which QEMU does not read");
    await client.execute("query-status");
  });

  test("refuses arguments that are not JSON, and changes nothing", async () => {
    const { client } = await connectQemu();
    const cyclic: Record<string, unknown> = { driver: "x" };
    cyclic.itself = cyclic;
    const error = await rejection(client.execute("frobnicate", cyclic));
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toMatch(/^QMP frobnicate: its arguments cannot be written as JSON: /);
    expect(error.cause).toBeInstanceOf(TypeError);
    await client.execute("query-status");
  });

  test("takes out-of-band commands past a full queue", async () => {
    const { client } = await connectQemu();
    const order: string[] = [];
    const slow = Array.from({ length: 12 }, () =>
      client.execute("query-qmp-schema").then(() => order.push("in band")),
    );
    await client.execute("query-yank", {}, { outOfBand: true });
    order.push("out of band");
    await Promise.all(slow);
    expect(order.indexOf("out of band")).toBeLessThan(8);
  });
});
