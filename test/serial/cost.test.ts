/** What a wait costs: counted in characters that expressions are run over, and not in time. */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { SerialPort } from "../../harness/serial/index.ts";
import { Transcript } from "../../harness/serial/transcript.ts";
import { patient, portOf, poweredOff, print } from "./ports.ts";

const lookBack = 8192;
/** Expressions that look for words of death in a line that is not complete. */
const wordSearches = 1;
const line = "[    0.123456] pci 0000:00:1f.2: registered new interface driver (42)\n";
const inLine = /(\d+) tests, (\d+) failures?$/m;
const acrossLines = /failures\s+all (\w+) have stopped/;
const never: readonly (string | RegExp)[] = [inLine, acrossLines, "login: "];

afterEach(() => {
  vi.restoreAllMocks();
});

/** Characters from where expressions begin to look to where they end, in all that `body` does. */
function lookedAt(body: () => void): number {
  const exec = RegExp.prototype.exec;
  let looked = 0;
  const spy = vi.spyOn(RegExp.prototype, "exec").mockImplementation(function (
    this: RegExp,
    text: string,
  ) {
    looked += text.length - (this.global ? this.lastIndex : 0);
    return exec.call(this, text);
  });
  body();
  spy.mockRestore();
  return looked;
}

function waitFor(port: SerialPort, patterns: readonly (string | RegExp)[]): void {
  for (const pattern of patterns) port.waitFor(pattern, { failOn: [] }).catch(() => {});
}

describe("a wait", () => {
  test("looks once at what is unread when it begins, and at the new after that", patient, () => {
    const port = portOf({}, { keptCharacters: 4 * 1024 * 1024 });
    for (let count = 0; count < 60; count += 1) print(port, line.repeat(1000));
    const unread = Math.min(port.end, 4 * 1024 * 1024);
    const slice = vi.spyOn(Transcript.prototype, "slice");
    const first = lookedAt(() => waitFor(port, [inLine, acrossLines]));
    expect(first).toBeLessThanOrEqual(2 * (unread + 4 * lookBack));
    expect(slice).toHaveBeenCalledTimes(2);
    // The chunk by itself, the look-back before it, and the watch for fatal output.
    const chunk = line.repeat(400);
    const most = (2 + wordSearches) * chunk.length + 8 * lookBack;
    expect(lookedAt(() => print(port, chunk))).toBeLessThanOrEqual(most);
    expect(slice).toHaveBeenCalledTimes(2);
    port.finish(poweredOff);
  });

  test("costs the same for a chunk whatever came before", patient, () => {
    const chunk = line.repeat(50);
    const lookedAfter = (count: number) => {
      const port = portOf();
      waitFor(port, never);
      for (let index = 0; index < count; index += 1) print(port, chunk);
      const looked = lookedAt(() => print(port, chunk));
      port.finish(poweredOff);
      return looked;
    };
    const early = lookedAfter(50);
    expect(lookedAfter(500)).toBeLessThanOrEqual(early + 2 * chunk.length);
    expect(lookedAfter(3000)).toBeLessThanOrEqual(early + 2 * chunk.length);
  });

  test("looks at its line for each byte that comes alone, or no further back than a match", () => {
    for (const [pattern, most] of [
      [/needle|thread/, line.length],
      [/needle\n|thread/, lookBack + 1],
    ] as const) {
      const port = portOf();
      print(port, line.repeat(1000));
      waitFor(port, [pattern]);
      // The watch for fatal output looks at the line's end as well, and the decoder at the byte.
      const mostLooked = most + wordSearches * 32 + 2;
      for (const character of line.slice(0, -1)) {
        expect(lookedAt(() => print(port, character))).toBeLessThanOrEqual(mostLooked);
      }
      port.finish(poweredOff);
    }
  });

  test("costs no more because others wait", patient, () => {
    const chunk = line.repeat(500);
    const looks = (waits: number) => {
      const port = portOf();
      waitFor(port, Array<RegExp>(waits).fill(acrossLines));
      print(port, chunk);
      const looked = lookedAt(() => print(port, chunk));
      port.finish(poweredOff);
      return looked;
    };
    const none = looks(0);
    const one = looks(1) - none;
    expect(one).toBeLessThanOrEqual(chunk.length + 4 * lookBack);
    expect(looks(100) - none).toBeLessThanOrEqual(100 * one);
  });
});
