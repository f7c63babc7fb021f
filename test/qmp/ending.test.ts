/** A QEMU that hangs, dies, or is let go: nothing stays pending. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { QmpError, StateError, TimeoutError } from "../../harness/evidence/index.ts";
import { QmpClient } from "../../harness/qmp/index.ts";
import { rejection } from "./fake-peer.ts";
import { connectQemu, startQemu } from "./peers.ts";

describe("a QEMU that hangs or dies", () => {
  test("times out, ignores the late answer, and goes on", async () => {
    const lines: string[] = [];
    let nowMs = 0;
    const log = (_direction: string, line: string) => lines.push(line);
    const { client, process } = await connectQemu({ log, now: () => nowMs });
    process.kill("SIGSTOP");
    nowMs = 1_234;
    const error = await rejection(client.execute("query-status", {}, { timeoutMs: 5 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      "timed out after 5 ms (timeoutMs) waiting for QMP query-status\n" +
        '  sent: {"execute":"query-status","arguments":{},"id":2}\n' +
        '  QEMU last said something 1234 ms ago: {"return": {}, "id": 1}',
    );
    process.kill("SIGCONT");
    await client.execute("query-version");
    expect(client.state).toBe("ready");
    expect(lines.some((line) => line.includes('"id": 2'))).toBe(true);
  });

  test("gives up a command whose signal aborts, and never sends one that was still queued", async () => {
    const lines: string[] = [];
    const log = (_direction: string, line: string) => lines.push(line);
    const { client, process } = await connectQemu({ log });
    process.kill("SIGSTOP");
    const controller = new AbortController();
    const { signal } = controller;
    const sent = Array.from({ length: 7 }, () => rejection(client.execute("stop", {}, { signal })));
    const queued = rejection(client.execute("system_reset", {}, { signal }));
    const tooLate = rejection(client.execute("inject-nmi", {}, { timeoutMs: 1 }));
    expect((await tooLate).message).toContain("never sent: 7 commands before it have no answer");
    controller.abort(new Error("enough"));
    const errors = [...(await Promise.all(sent)), await queued];
    for (const error of errors) {
      expect(error).toBeInstanceOf(QmpError);
      expect(error.message).toContain("given up because its signal aborted: enough");
    }
    process.kill("SIGCONT");
    await client.execute("query-version");
    const again = await rejection(client.execute("cont", {}, { signal }));
    expect(again.message).toBe("QMP cont: given up because its signal aborted: enough");
    expect(lines.filter((line) => /system_reset|inject-nmi|cont/.test(line))).toEqual([]);
  });

  test("still answers out of band while its main loop hangs, however much is queued", async () => {
    const directory = mkdtempSync(join(tmpdir(), "hung-loop-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const fifo = join(directory, "fifo");
    execFileSync("mkfifo", [fifo]);
    const { client } = await connectQemu({ checksCommands: false });
    // To open a FIFO takes until somebody reads from it, and QEMU's main loop waits for that.
    const saved = client.execute("pmemsave", { val: 0, size: 1, filename: fifo });
    const queued = Array.from({ length: 20 }, () => client.execute("query-status"));
    const hung = rejection(client.execute("query-name", {}, { timeoutMs: 50 }));
    const connections = await client.execute("query-yank", {}, { outOfBand: true });
    expect(connections).toEqual([{ type: "chardev", id: "q" }]);
    expect((await hung).message).toContain("never sent: 7 commands before it have no answer");
    const reading = openSync(fifo, "r");
    onTestFinished(() => closeSync(reading));
    expect(await saved).toEqual({});
    for (const { status } of await Promise.all(queued)) expect(status).toBe("prelaunch");
  });

  test("limits what it holds for a QEMU that reads nothing", async () => {
    const pendingSizeBytes = 4 * 1024 * 1024;
    const { client, process, stream } = await connectQemu({
      checksCommands: false,
      limits: { pendingSizeBytes },
    });
    process.kill("SIGSTOP");
    // Each character is three bytes of UTF-8: it is the bytes that count.
    const args = { text: "\u20ac".repeat(100_000) } as never;
    const sent: Promise<Error>[] = [];
    const send = () => rejection(client.execute("query-yank", args, { outOfBand: true }));
    for (let round = 0; round < 13; round += 1) sent.push(send());
    expect((await send()).message).toBe(
      "QMP query-yank: not sent: with it, the bytes of unanswered commands would exceed 4194304" +
        " (the limit pendingSizeBytes)",
    );
    // The socket has taken some hundred kilobytes, and the rest is still here. Node counts it in
    // characters, of which each has up to three bytes.
    expect(stream.writableLength).toBeLessThanOrEqual(pendingSizeBytes);
    expect(stream.writableLength).toBeGreaterThan(pendingSizeBytes / 3 / 2);
    process.kill("SIGKILL");
    for (const error of await Promise.all(sent)) {
      expect(error).toBeInstanceOf(QmpError);
      expect(error.message).toContain("QMP query-yank: unanswered: QEMU closed the QMP connection");
    }
    expect(stream.destroyed).toBe(true);
  });

  test("fails everything pending when QEMU is killed", async () => {
    const { client, process } = await connectQemu();
    process.kill("SIGSTOP");
    const command = rejection(client.execute("query-status"));
    const wait = rejection(client.waitForEvent("STOP"));
    process.kill("SIGKILL");
    const error = (await command) as QmpError;
    expect(error).toBeInstanceOf(QmpError);
    expect(error.message).toBe(
      "QMP query-status: unanswered: QEMU closed the QMP connection\n" +
        '  sent: {"execute":"query-status","id":2}',
    );
    expect(error.sent).toEqual({ execute: "query-status", id: 2 });
    expect((await wait).message).toBe(
      "QMP event STOP: will not come: QEMU closed the QMP connection",
    );
    const reason = await client.closed;
    expect((await wait).cause).toBe(reason);
    const after = await rejection(client.execute("stop"));
    expect(after).toBeInstanceOf(StateError);
    expect(after.message).toBe("QMP stop needs the state ready, but this is closed");
    expect(after.cause).toBe(reason);
  });

  test("fails everything pending when it is closed, with the reason", async () => {
    const { client, stream } = await connectQemu();
    const command = rejection(client.execute("query-status"));
    const wait = rejection(client.waitForEvent("STOP"));
    const reason = new Error("the test is over");
    client.close(reason);
    client.close(new Error("nobody hears this"));
    expect((await command).message).toMatch(
      /^QMP query-status: unanswered: the QMP connection was closed: the test is over\n/,
    );
    expect((await wait).message).toBe(
      "QMP event STOP: will not come: the QMP connection was closed: the test is over",
    );
    expect((await client.closed).cause).toBe(reason);
    expect(stream.destroyed).toBe(true);
  });

  test("hears QEMU's last words even if it writes to a QEMU that is gone", async () => {
    const directory = mkdtempSync(join(tmpdir(), "last-words-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const fifo = join(directory, "fifo");
    execFileSync("mkfifo", [fifo]);
    const writing = openSync(fifo, "r+");
    const { stream } = startQemu({ descriptors: [writing] });
    const reading = openSync(fifo, "r");
    closeSync(writing);
    onTestFinished(() => closeSync(reading));
    const client = await QmpClient.connect(stream);
    const quit = client.execute("quit");
    // QEMU holds the only writing end, and the kernel closes descriptors in order: at the end of
    // this read QEMU is gone, with its last words unread, because nothing else ran meanwhile.
    expect(readSync(reading, Buffer.alloc(1))).toBe(0);
    const refused = await rejection(client.execute("query-status"));
    expect(refused.message).toContain("unanswered: QEMU closed the QMP connection");
    expect(await quit).toEqual({});
    expect(client.events.map(({ event, data }) => ({ event, data }))).toEqual([
      { event: "SHUTDOWN", data: { guest: false, reason: "host-qmp-quit" } },
    ]);
    expect(((await client.closed).cause as NodeJS.ErrnoException).code).toMatch(/EPIPE|ECONNRESET/);
  });
});
