import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openProgress, runWithProgress } from "../../tools/setup/progress.mjs";

const limits = { cwd: "/", env: { PATH: process.env.PATH }, limitMs: 60_000 };
const percentOf = (line: string) => /^status (\d+)$/.exec(line)?.[1];

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

function tellAll(output: { isTTY?: boolean; columns?: number }, everyMs: number): string {
  let written = "";
  const write = (text: string) => {
    written += text;
    return true;
  };
  const progress = openProgress({ ...output, write });
  for (let percent = 0; percent <= 100; percent += 10) {
    progress.tell(`half done or so, ${percent} %`);
    vi.advanceTimersByTime(everyMs);
  }
  progress.end();
  return written;
}

test("a log gets a line every ten seconds, and none of what is quick", () => {
  expect(tellAll({}, 500)).toBe("");
  expect(tellAll({}, 5_000)).toBe(
    [20, 40, 60, 80, 100].map((percent) => `half done or so, ${percent} %\n`).join(""),
  );
});

test("a terminal has one line that changes, no wider than it, and is left clean", () => {
  const written = tellAll({ isTTY: true, columns: 20 }, 500);
  expect(written).not.toContain("\n");
  const lines = written.split("\r\u001b[K");
  expect(lines).toHaveLength(13);
  expect(lines[1]).toBe("half done or so, 0 ");
  expect(lines.at(-1)).toBe("");
});

test("a program's own words are kept apart from its progress", async () => {
  const script = "echo status 1; echo own; echo more >&2; echo status 2; exit 3";
  const end = await runWithProgress(["sh", "-c", script], limits, percentOf);
  expect(end).toMatchObject({ isDone: false, why: "it ended with 3" });
  expect(end.words.split("\n").sort()).toEqual(["more", "own"]);
});

test("only the last words are kept, and a program that takes too long is ended", async () => {
  const script = "i=0; while [ $i -lt 500 ]; do i=$((i + 1)); echo line $i; done";
  const { words } = await runWithProgress(["sh", "-c", script], limits, percentOf);
  expect(words.split("\n")).toEqual(
    Array.from({ length: 60 }, (_, index) => `line ${index + 441}`),
  );
  const late = await runWithProgress(["sleep", "60"], { ...limits, limitMs: 50 }, percentOf);
  expect(late).toMatchObject({ isDone: false, why: "it ended with SIGTERM" });
  const none = await runWithProgress(["/nonexistent"], limits, percentOf);
  expect(none).toMatchObject({ isDone: false, why: expect.stringContaining("ENOENT") });
});
