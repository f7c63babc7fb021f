/** What a QEMU lacks is said before it is asked for it. */
import { describe, expect, test } from "vitest";
import { QmpError, TimeoutError } from "../../harness/evidence/index.ts";
import type { QmpClientOptions } from "../../harness/qmp/index.ts";
import { FakePeer, rejection } from "./fake-peer.ts";
import { connectQemu } from "./peers.ts";

/** A client on a real QEMU, with the commands that it has sent since it was ready. */
async function connectLogged(options: QmpClientOptions = {}) {
  const sent: string[] = [];
  const log = (direction: string, line: string) => {
    if (direction === "sent") sent.push(/"exec\w*[^"]*":"([^"]+)"/.exec(line)?.[1] ?? line);
  };
  const qemu = await connectQemu({ ...options, log });
  sent.length = 0;
  return { ...qemu, sent };
}

describe("before it is sent", () => {
  test("a command that this QEMU lacks is refused, with the nearest that it has", async () => {
    const { client, sent } = await connectLogged();
    const error = await rejection(client.execute("query-blok"));
    expect(error).toBeInstanceOf(QmpError);
    const { major, minor, micro } = client.greeting.version.qemu;
    expect(error.message).toBe(
      `QMP query-blok: this QEMU (${major}.${minor}.${micro}) has no such command; ` +
        'the nearest is "query-block"',
    );
    expect(sent).toEqual(["query-qmp-schema"]);
  });

  test("so is an argument, also of a command that every QEMU has", async () => {
    const { client, sent } = await connectLogged();
    const args = { "command-line": "info version", colour: "red" };
    const error = await rejection(client.execute("human-monitor-command" as string, args));
    expect(error.message).toMatch(/: this QEMU \([\d.]+\) takes no argument "colour"$/);
    expect(sent).toEqual(["query-qmp-schema"]);
  });

  test("so is what it does not take out of band", async () => {
    const { client, sent } = await connectLogged();
    const error = await rejection(client.execute("query-kvm", {}, { outOfBand: true }));
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toMatch(/takes it only in turn: leave outOfBand out$/);
    expect(sent).toEqual(["query-qmp-schema"]);
    expect(await client.execute("query-kvm")).toMatchObject({ enabled: false });
  });
});

describe("the schema", () => {
  test("is not asked for by what every QEMU has", async () => {
    const { client, sent } = await connectLogged();
    await client.execute("query-status");
    await client.execute("set-action", { reboot: "reset" });
    await client.execute("query-yank", {}, { outOfBand: true });
    // What else a device takes is in no schema.
    await rejection(client.execute("device_add", { driver: "none", "a-property": 1 }));
    expect(sent).toEqual(["query-status", "set-action", "query-yank", "device_add"]);
  });

  test("is asked for once, before the command that needs it, and the order stays", async () => {
    const { client, sent } = await connectLogged();
    const outcomes = await Promise.allSettled([
      client.execute("query-status"),
      client.execute("query-kvm"),
      client.execute("fly"),
      client.execute("stop"),
      client.execute("query-uuid"),
      client.execute("query-yank", {}, { outOfBand: true }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
    const inBand = sent.filter((command) => command !== "query-yank");
    expect(inBand).toEqual(["query-status", "query-qmp-schema", "query-kvm", "stop", "query-uuid"]);
    // Out of band means not to wait, neither for this.
    expect(sent.indexOf("query-yank")).toBeLessThan(sent.indexOf("query-kvm"));
    await client.execute("query-target");
    expect(sent.slice(-1)).toEqual(["query-target"]);
  });

  test("is asked for once in this process where the program is known", async () => {
    const program = "the program of this test";
    const first = await connectLogged({ program });
    await first.client.execute("query-kvm");
    const second = await connectLogged({ program });
    await second.client.execute("query-kvm");
    expect(second.sent).toEqual(["query-kvm"]);
    const other = await connectLogged({ program: "another program" });
    expect(await rejection(other.client.execute("fly"))).toBeInstanceOf(QmpError);
    expect(other.sent).toEqual(["query-qmp-schema"]);
  });
});

describe("supports()", () => {
  test("tells whether there is a command, and an argument", async () => {
    const { client, sent } = await connectLogged();
    expect(await client.supports("blockdev-add")).toBe(true);
    expect(await client.supports("blockdev-add", "node-name")).toBe(true);
    expect(await client.supports("blockdev-add", "levitate")).toBe(false);
    expect(await client.supports("fly")).toBe(false);
    expect(sent).toEqual(["query-qmp-schema"]);
  });

  test("needs a client that is ready, and has a limit", async () => {
    const { client, process } = await connectLogged({ timeoutMs: 50 });
    process.kill("SIGSTOP");
    const late = await rejection(client.supports("fly"));
    expect(late).toBeInstanceOf(TimeoutError);
    expect(late.message).toBe("timed out after 50 ms (timeoutMs) waiting for QMP query-qmp-schema");
    client.close();
    expect((await rejection(client.supports("fly"))).message).toBe(
      "QMP supports() needs the state ready, but this is closed",
    );
  });
});

describe("while the schema is asked for", () => {
  test("a command keeps its own limit and its own signal", async () => {
    const { client, process, sent } = await connectLogged();
    process.kill("SIGSTOP");
    const abort = new AbortController();
    const cancelled = rejection(client.execute("query-kvm", {}, { signal: abort.signal }));
    const late = await rejection(client.execute("query-uuid", {}, { timeoutMs: 20 }));
    expect(late).toBeInstanceOf(TimeoutError);
    expect(late.message).toContain("waiting for QMP query-uuid\n  never sent: 1 commands before");
    abort.abort(new Error("enough"));
    expect((await cancelled).message).toMatch(/^QMP query-kvm: given up .*: enough$/);
    process.kill("SIGCONT");
    await client.execute("query-target");
    expect(sent).toEqual(["query-qmp-schema", "query-target"]);
  });

  test("the end of the connection fails what waits", async () => {
    const peer = new FakePeer();
    const client = await peer.connect({ checksCommands: true });
    const waiting = rejection(client.execute("query-kvm"));
    const asking = rejection(client.supports("query-kvm"));
    peer.end();
    expect((await waiting).message).toMatch(/^QMP query-kvm: unanswered: /);
    expect(await asking).toBeInstanceOf(QmpError);
  });

  test("too many unanswered commands are said to be that", async () => {
    const limits = { pendingCommands: 1 };
    const client = await new FakePeer().connect({ checksCommands: true, limits });
    const error = await rejection(client.execute("query-kvm"));
    expect(error.message).toBe(
      "QMP query-kvm: whether this QEMU has it cannot be asked: QMP query-qmp-schema: not sent: " +
        "the commands without an answer are already 1 (the limit pendingCommands)",
    );
    client.close();
  });
});

describe("a made-up QEMU", () => {
  /** Answers the question for the schema, and then each command with an empty object. */
  async function serve(peer: FakePeer, schema: unknown): Promise<string[]> {
    const commands: string[] = [];
    for (;;) {
      const { execute = "", id } = await peer.nextRequest();
      commands.push(execute);
      const answer =
        execute !== "query-qmp-schema"
          ? { return: {}, id }
          : schema === undefined
            ? { error: { class: "CommandNotFound", desc: "no schema" }, id }
            : { return: schema, id };
      peer.say(`${JSON.stringify(answer)}\r\n`);
      if (execute === "quit") return commands;
    }
  }

  test("that tells nothing is sent everything", async () => {
    const peer = new FakePeer();
    const client = await peer.connect({ checksCommands: true });
    const served = serve(peer, undefined);
    await client.execute("fly", { high: true });
    await client.execute("query-kvm");
    expect((await rejection(client.supports("fly"))).message).toMatch(/^QMP query-qmp-schema: no/);
    await client.execute("quit");
    expect(await served).toEqual(["query-qmp-schema", "fly", "query-kvm", "quit"]);
  });

  test("that is newer has what is new, and no more what is gone", async () => {
    const peer = new FakePeer();
    const client = await peer.connect({ checksCommands: true });
    const served = serve(peer, [
      { name: "fly", "meta-type": "command", "arg-type": "1", "ret-type": "0" },
      { name: "0", "meta-type": "object", members: [] },
      { name: "1", "meta-type": "object", members: [{ name: "high", type: "bool" }] },
      { name: "bool", "meta-type": "builtin", "json-type": "boolean" },
      // Later versions may describe types in ways that nobody knows yet.
      { name: "2", "meta-type": "hologram" },
    ]);
    expect(await client.execute("fly", { high: true })).toEqual({});
    const gone = await rejection(client.execute("drive-backup", {} as never));
    expect(gone.message).toBe("QMP drive-backup: this QEMU (7.2.1) has no such command");
    await client.execute("quit");
    expect(await served).toEqual(["query-qmp-schema", "fly", "quit"]);
  });
});
