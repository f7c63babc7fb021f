/** The screen of a terminal: what is on it, whatever bytes come, and however they are cut. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import type { SerialPort } from "../../harness/serial/index.ts";
import { chunksOf, errorOf, patient, portOf, print, runs, turn } from "./ports.ts";

/** A port that has printed `text`. */
function printed(text: string): SerialPort {
  const port = portOf();
  print(port, text);
  return port;
}

test("shows what cursor movement and erasing leave", () => {
  const { terminal } = printed("one\r\ntwo\r\nthree\x1b[2;1Htoo\x1b[1;2H\x1b[Kx\x1b[3;3H");
  expect(terminal.text).toBe("ox\ntoo\nthree");
  expect(terminal.lines).toHaveLength(24);
  expect(terminal.cursor).toEqual({ row: 3, column: 3 });
});

test("shows the newest rows, and a line feed alone goes straight down", () => {
  const numbers = Array.from({ length: 40 }, (_, index) => `line ${index}\r\n`).join("");
  const { terminal } = printed(`${numbers}a\nb`);
  expect(terminal.lines[0]).toBe("line 18");
  expect(terminal.lines.slice(-3)).toEqual(["line 39", "a", " b"]);
});

test("the cursor behind the last column is still in it", () => {
  const { terminal } = printed("x".repeat(80));
  expect(terminal.cursor).toEqual({ row: 1, column: 80 });
});

test("knows how a character is shown", () => {
  const { terminal } = printed(
    "日本 \x1b[7mchosen\x1b[0m \x1b[1;4;31;44mloud\x1b[0m \x1b[38;5;200;48;2;1;2;3mrare",
  );
  const plain = { bold: false, underline: false, inverse: false };
  const none = { ...plain, foreground: "default", background: "default" };
  expect(terminal.styleAt(1, 1)).toEqual({ ...none, character: "日" });
  expect(terminal.styleAt(1, 80)).toEqual({ ...none, character: " " });
  expect(terminal.styleOf("chosen")).toEqual({ ...none, character: "c", inverse: true });
  expect(terminal.styleAt(1, 6)).toEqual(terminal.styleOf("chosen"));
  expect(terminal.styleOf("loud")).toMatchObject({
    ...{ bold: true, underline: true, inverse: false, foreground: 1, background: 4 },
  });
  expect(terminal.styleOf("rare")).toMatchObject({ foreground: 200, background: "#010203" });
  expect(terminal.styleOf("absent")).toBeUndefined();
  expect(() => terminal.styleAt(25, 1)).toThrow("row: got 25, takes a whole number from 1 to 24");
  expect(() => terminal.styleAt(1, 0)).toThrow(SpecError);
});

test("a size holds for what was printed before it, too", () => {
  const { terminal } = printed(`${"x".repeat(100)}\x1b[999;999Hc`);
  expect(terminal.lines[0]).toHaveLength(80);
  terminal.resize(100, 30);
  expect([terminal.columns, terminal.rows]).toEqual([100, 30]);
  expect(terminal.lines[0]).toHaveLength(100);
  expect(terminal.lines[1]).toBe("");
  expect(terminal.lines.at(-1)).toBe(`${" ".repeat(99)}c`);
  expect(() => terminal.resize(0, 24)).toThrow("columns: got 0, takes a whole number");
  expect(() => terminal.resize(80, 1001)).toThrow("rows: got 1001");
});

test("is not there before it is used, and then has seen what is still in memory", () => {
  const port = portOf({}, { keptCharacters: 1000 });
  print(port, `${"lost\r\n".repeat(1000)}\x1b[Hkept`);
  expect(port.terminal.isOpen).toBe(false);
  expect(port.terminal.lines[0]).toBe("kept");
  expect(port.terminal.isOpen).toBe(true);
});

test("nothing of it keeps the process alive", () => {
  const before = process.getActiveResourcesInfo();
  const { terminal } = printed("text");
  expect(terminal.text).toBe("text");
  expect(process.getActiveResourcesInfo()).toEqual(before);
});

test("a large chunk is on the screen at once", () => {
  const port = printed("first");
  expect(port.terminal.text).toBe("first");
  print(port, `${"\x1b[32mmany lines\x1b[0m\r\n".repeat(200_000)}last`);
  expect(port.terminal.lines.at(-1)).toBe("last");
});

describe("queries", () => {
  const asking = "\x1b[3;7H\x1b[6n\x1b[5n\x1b[c\x1b[18t";
  const answers = ["\x1b[3;7R", "\x1b[0n", "\x1b[?1;2c", "\x1b[8;24;80t"];

  function listening() {
    const sent: string[] = [];
    const port = portOf({
      send: async (bytes) => void sent.push(Buffer.from(bytes).toString()),
    });
    return { port, sent };
  }

  test("are not answered unless the test says so", async () => {
    const { port, sent } = listening();
    print(port, asking);
    expect(port.terminal.cursor).toEqual({ row: 3, column: 7 });
    print(port, asking);
    await Promise.resolve();
    expect(sent).toEqual([]);
  });

  test("are answered once, whether they came before or after that", async () => {
    const { port, sent } = listening();
    print(port, asking);
    port.terminal.answerQueries();
    port.terminal.answerQueries();
    expect(sent).toEqual(answers);
    print(port, "\x1b[1;1H\x1b[6n");
    expect(sent).toEqual([...answers, "\x1b[1;1R"]);
    port.terminal.resize(100, 30);
    expect(sent).toHaveLength(5);
  });

  test("that wait for an answer get that of the size that the test has set", () => {
    const { port, sent } = listening();
    print(port, "\x1b[999;999H\x1b[6n");
    expect(port.terminal.cursor).toEqual({ row: 24, column: 80 });
    port.terminal.resize(132, 43);
    port.terminal.answerQueries();
    expect(sent).toEqual(["\x1b[43;132R"]);
  });

  test("wait for an answer up to a limit", () => {
    const { port, sent } = listening();
    for (let row = 1; row <= 24; row += 1) print(port, `\x1b[${row}H${"\x1b[6n".repeat(10)}`);
    port.terminal.answerQueries();
    expect(sent).toHaveLength(100);
    expect(sent.at(-1)).toBe("\x1b[24;1R");
  });

  test("of a guest that never reads wait as well, and the newest are answered when it does", async () => {
    const sent: string[] = [];
    const taken = Promise.withResolvers<void>();
    const port = portOf({
      send: (bytes) => {
        sent.push(Buffer.from(bytes).toString());
        return taken.promise;
      },
    });
    port.terminal.answerQueries();
    for (let row = 1; row <= 24; row += 1) print(port, `\x1b[${row}H${"\x1b[6n".repeat(100)}`);
    expect(sent).toEqual(Array.from({ length: 100 }, () => "\x1b[1;1R"));
    taken.resolve();
    await turn();
    expect(sent.slice(100)).toEqual(Array.from({ length: 100 }, () => "\x1b[24;1R"));
  });

  test("whose answer cannot be sent fail who waits for the screen", async () => {
    const port = portOf({ send: () => Promise.reject(new Error("no way through")) });
    const wait = port.terminal.waitForText("anything");
    port.terminal.answerQueries();
    print(port, "\x1b[6n");
    expect((await errorOf(wait)).message).toBe("no way through");
  });
});

describe("any bytes", () => {
  const tokens = [
    ..."ab \r\n\b\t\x0b\x0c\x0e\x0f\x7f\0",
    ...["\x1b[", "\x1b]", "\x1bP", "\x1b\\", "\x07", "\x1b[2J", "\x1b[K", "\x1b[3;3H", "\x1b[A"],
    ...["\x1bM", "\x1bD", "\x1bc", "\x1b7", "\x1b8", "\x1b[5;9r", "\x1b[L", "\x1b[P", "\x1b[@"],
    ...["\x1b[?1049h", "\x1b[?1049l", "\x1b[?6h", "\x1b[7m", "\x1b[6n", "\x1b[!p", "\x1b#8"],
    ...["9", ";", "H", "m", "é", "日", "😀", "\u009b2J", "\u0301"],
  ].map((text) => Buffer.from(text));
  const output = fc
    .array(fc.oneof(fc.constantFrom(...tokens), fc.uint8Array({ maxLength: 6 })), { maxLength: 60 })
    .map((parts) => Buffer.concat(parts));
  const cuts = fc.infiniteStream(fc.oneof(fc.nat(3), fc.nat(12)));

  function stateOf({ terminal }: SerialPort) {
    return { lines: terminal.lines, cursor: terminal.cursor, style: terminal.styleAt(1, 1) };
  }

  test("give the same screen however they are cut, and when it was first used", patient, () => {
    fc.assert(
      fc.property(output, cuts, fc.nat(), fc.boolean(), (bytes, sizes, first, isWaiting) => {
        const whole = portOf();
        whole.receive(bytes);
        const cut = portOf();
        const chunks = chunksOf(bytes, sizes);
        for (const [index, chunk] of chunks.entries()) {
          if (index === first % chunks.length) {
            expect(cut.terminal.lines).toHaveLength(24);
            if (isWaiting) void cut.terminal.waitForText("is not printed");
          }
          cut.receive(chunk);
        }
        expect(stateOf(cut)).toEqual(stateOf(whole));
        expect(cut.text).toBe(whole.text);
      }),
      runs(500),
    );
  });
});
