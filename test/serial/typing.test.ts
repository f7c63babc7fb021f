import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { GuestError, SpecError, StateError, TimeoutError } from "../../harness/evidence/index.ts";
import type { SerialPort } from "../../harness/serial/index.ts";
import { errorOf, portOf, poweredOff, print, turn } from "./ports.ts";

/** A port whose guest prints what `echo` makes of everything it is sent. */
function guestThatEchoes(echo: (sent: string) => string): { port: SerialPort; sent: string[] } {
  const sent: string[] = [];
  const send = async (bytes: Uint8Array) => {
    const text = Buffer.from(bytes).toString("latin1");
    sent.push(text);
    const printed = echo(text);
    if (printed !== "") setImmediate(() => print(port, printed));
  };
  const port = portOf({ send }, { settlingMs: 1 });
  return { port, sent };
}

const never = () => Promise.withResolvers<void>().promise;

describe("type", () => {
  test("sends a character when the one before is echoed, and leaves the cursor alone", async () => {
    const { port, sent } = guestThatEchoes((text) => `\x1b[1m${text}\x1b[m`);
    await port.type("ab\r\nc\r", { echo: true });
    expect(sent).toEqual(["a", "b", "\r\n", "c", "\r"]);
    expect(port.text).toBe("ab\nc\n");
    expect(port.cursor).toBe(0);
  });

  test("takes what comes instead for the echo", async () => {
    const { port, sent } = guestThatEchoes((text) => (text === "\x03" ? "^C" : "*"));
    await port.type("pé\t\x03", { echo: true });
    expect(sent).toEqual(["p", "Ã©", "\t", "\x03"]);
  });

  test("goes by time from the first character on that is not echoed", async () => {
    const { port, sent } = guestThatEchoes((text) => (text === "a" ? "a" : ""));
    await port.type("abc", { paceMs: 0 });
    expect(sent).toEqual(["a", "b", "c"]);
    const silent = guestThatEchoes(() => "");
    await silent.port.type("abc", { echo: false, paceMs: 1 });
    expect(silent.sent).toEqual(["a", "b", "c"]);
  });

  test("fails where an echo has to come and does not", async () => {
    const { port } = guestThatEchoes((text) => (text === "b" ? "" : text));
    const error = await errorOf(port.type("abc", { echo: true, timeoutMs: 50 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      'timed out after 50 ms (timeoutMs) waiting for serial0 to echo "b" (character 2 of 3)',
    );
  });

  test("takes nothing else for the echo while the guest prints on", async () => {
    const port = portOf({ send: async () => void setImmediate(() => print(port, "log\n")) });
    const error = await errorOf(port.type("a", { echo: true, timeoutMs: 50 }));
    expect(error).toBeInstanceOf(TimeoutError);
  });

  test("fails with the guest", async () => {
    const { port } = guestThatEchoes(() => "");
    const error = errorOf(port.type("a", { echo: true }));
    await turn();
    port.finish(poweredOff);
    expect(await error).toBeInstanceOf(GuestError);
    const dying = guestThatEchoes(() => "\npanic: no\n");
    expect(await errorOf(dying.port.type("x", { echo: true }))).toBeInstanceOf(GuestError);
    const pausing = portOf();
    const paused = errorOf(pausing.type("ab", { echo: false, paceMs: 100_000 }));
    await turn();
    pausing.failWaits(poweredOff);
    expect((await paused).message).toContain("while waiting for serial0 to be typed to");
  });

  test("is not disturbed by others who write: they come after it", async () => {
    const { port, sent } = guestThatEchoes((text) => text);
    await Promise.all([port.type("ab"), port.write("cd"), port.press("up"), port.type("e")]);
    expect(sent).toEqual(["a", "b", "cd", "\x1b[A", "e"]);
  });
});

test("a guest that asks its terminal before it echoes gets the answer", async () => {
  const { port, sent } = guestThatEchoes((text) => {
    if (text === "a") return "\x1b[6n";
    return text.startsWith("\x1b") ? "a" : text;
  });
  port.terminal.answerQueries();
  await port.type("ab", { echo: true });
  expect(sent).toEqual(["a", "\x1b[1;1R", "b"]);
});

describe("sendFile", () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index % 251);

  test("sends sixteen bytes at a time where the guest echoes", async () => {
    const text = "0123456789abcdef0123456789abcdef\rend\n";
    const { port, sent } = guestThatEchoes((piece) => piece);
    await port.sendFile(new TextEncoder().encode(text));
    expect(sent).toEqual(["0123456789abcdef", "0123456789abcdef", "\rend\n"]);
  });

  test("sends pages where it does not, and reads files", async () => {
    const directory = mkdtempSync(join(tmpdir(), "test-of-typing-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, "file");
    writeFileSync(file, bytes);
    for (const source of [file, bytes]) {
      const { port, sent } = guestThatEchoes(() => "");
      await port.sendFile(source, { echo: false });
      expect(sent.map(({ length }) => length)).toEqual([4096, 4096, 1808]);
      expect(Buffer.from(sent.join(""), "latin1").equals(bytes)).toBe(true);
    }
  });

  test("finds out that the guest does not echo", async () => {
    const { port, sent } = guestThatEchoes(() => "");
    await port.sendFile(bytes);
    expect(sent.map(({ length }) => length)).toEqual([16, 4096, 4096, 1792]);
  });

  test("fails where the guest stops to echo: something may be lost", async () => {
    let pieces = 0;
    const { port } = guestThatEchoes((piece) => (++pieces > 2 ? "" : piece));
    const text = new TextEncoder().encode("0123456789abcdef".repeat(10));
    const error = await errorOf(port.sendFile(text, { timeoutMs: 50 }));
    expect(error.message).toBe(
      "timed out after 50 ms (timeoutMs) waiting for serial0 to echo the bytes: " +
        "32 of 160 bytes are on their way",
    );
  });

  test("fails where the guest takes no more, and says how much it took", async () => {
    let pieces = 0;
    const port = portOf({ send: async () => (++pieces > 2 ? never() : undefined) });
    const error = await errorOf(port.sendFile(bytes, { echo: false, timeoutMs: 50 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toContain("take the bytes: 8192 of 10000 bytes are on their way");
  });

  test.each<[string, unknown, object, string]>([
    ["a file that is not there", "/nowhere/at/all", {}, "file: /nowhere/at/all cannot be read"],
    ["a directory", "/", {}, "file: / cannot be read: it is no file"],
    ["anything else", 5, {}, "file: takes a path or bytes, not number"],
    ["a pace that is none", bytes, { paceMs: -1 }, "paceMs: takes milliseconds from 0 on"],
  ])("refuses %s", async (_, file, options, message) => {
    const error = await errorOf(portOf().sendFile(file as string, options));
    expect(error).toBeInstanceOf(SpecError);
    expect(error.message).toContain(message);
  });
});

describe("input", () => {
  test("that is not taken fails at its limit, and what waits behind it at its own", async () => {
    const port = portOf({ send: never });
    const first = errorOf(port.write("a", { timeoutMs: 60 }));
    const second = errorOf(port.press("enter", { timeoutMs: 20 }));
    expect((await second).message).toContain("serial0 to take the input before this");
    expect((await first).message).toContain("to take input: 0 of 1 bytes are on their way");
  });

  test("fails with the guest, whatever the way to it says", async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    const port = portOf({ send: () => promise });
    const error = errorOf(port.write("a"));
    await turn();
    reject(new StateError("write()", "drained", ["open"]));
    await turn();
    port.finish(poweredOff);
    expect(await error).toBeInstanceOf(GuestError);
    const late = portOf({ send: () => Promise.reject(new StateError("write()", "x", ["y"])) });
    late.finish(poweredOff);
    expect(await errorOf(late.write("a"))).toBeInstanceOf(StateError);
  });

  test("has nothing to do with what the guest prints", async () => {
    const { port, sent } = guestThatEchoes(() => "");
    print(port, "panic: expected later\n");
    await port.writeLine("debugger");
    expect(sent).toEqual(["debugger\r"]);
    expect(port.unexpectedFatal).toBeDefined();
  });

  test("ends lines as the port is told", async () => {
    const { port, sent } = guestThatEchoes(() => "");
    expect(port.lineEnd).toBe("\r");
    port.lineEnd = "\r\n";
    await port.writeLine("a");
    await port.writeLine("b", { lineEnd: "\n" });
    expect(sent).toEqual(["a\r\n", "b\n"]);
    expect(() => {
      port.lineEnd = "\0" as never;
    }).toThrow(SpecError);
    const error = await errorOf(port.writeLine("c", { lineEnd: "x" as never }));
    expect(error.message).toBe('lineEnd: takes one of "\\r", "\\n", "\\r\\n", not "x"');
  });

  test.each<[string, (port: SerialPort) => Promise<void>, string]>([
    ["no text", (port) => port.write(5 as never), "input: takes text or bytes, not number"],
    ["no text to type", (port) => port.type(5 as never), "text: takes text, not number"],
    ["no time", (port) => port.write("a", { timeoutMs: -1 }), "timeoutMs: takes"],
    ["no key", (port) => port.press("any"), 'key: a terminal cannot send "any"'],
  ])("is refused where it is %s", async (_, act, message) => {
    const error = await errorOf(act(portOf()));
    expect(error).toBeInstanceOf(SpecError);
    expect(error.message).toContain(message);
  });
});
