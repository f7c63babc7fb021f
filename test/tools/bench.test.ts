/** The bench's arithmetic and words, and the whole of it once on the quickest row. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { splitCommand } from "../../tools/bench/bare-qemu.ts";
import { shareOfOthers, watchHostLoad } from "../../tools/bench/host-load.ts";
import { lastLine, logText, patterns } from "../../tools/bench/log-text.ts";
import { type BenchResult, targetMs } from "../../tools/bench/measure.ts";
import { timeTransfers } from "../../tools/bench/measure-serial.ts";
import { fuzzLine } from "../../tools/bench/qmp-fuzz.ts";
import {
  type BootRow,
  type DeathRow,
  type FloodRow,
  rows,
  type TransferRow,
} from "../../tools/bench/rows.ts";
import { interquartileRange, median } from "../../tools/bench/statistics.ts";
import { tableHead, tableLine, verdictOf } from "../../tools/bench/table.ts";
import { runTool } from "./run-tool.ts";

const boot = rows.find((row) => row.name === "boot-pc-multiboot") as BootRow;
const microvm = rows.find((row) => row.name === "boot-microvm-pvh") as BootRow;
const transfer = rows.find((row) => row.name === "serial-100-mb") as TransferRow;
const flood = rows.find((row) => row.kind === "flood") as FloodRow;
const death = rows.find((row) => row.kind === "death") as DeathRow;

test("the median and the middle half", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(interquartileRange([5, 1, 2, 4, 3])).toBe(2);
  expect(median([])).toBeNaN();
});

test("the target is a share of the reference, or ten milliseconds where those are more", () => {
  expect(targetMs(boot, 200)).toBeCloseTo(220);
  expect(targetMs(boot, 50)).toBe(60);
  expect(targetMs(microvm, 100)).toBeCloseTo(120);
  expect(targetMs(death, 1_000)).toBe(1_000);
  expect(targetMs(transfer, 1)).toBe(2);
  expect(targetMs(flood, 100)).toBe(200);
});

test("a row that was missed is judged only where the host was idle", () => {
  const [good, bad] = [result(219), result(221)];
  expect(verdictOf({ row: boot, result: good, load: 0 })).toBe("ok");
  expect(verdictOf({ row: boot, result: bad, load: 0 })).toBe("MISSED");
  expect(verdictOf({ row: boot, result: bad, load: 0.5 })).toBe("busy");
  expect(verdictOf({ row: boot, result: bad, load: undefined })).toBe("MISSED");
  expect(verdictOf({ row: boot, result: undefined, load: 0 })).toBe("not run");
});

test("memory is judged on any host", () => {
  const lean = { ...result(100), peakMiB: 150 };
  expect(verdictOf({ row: transfer, result: lean, load: 0.5 })).toBe("ok");
  const fat = { ...lean, peakMiB: 151 };
  expect(verdictOf({ row: transfer, result: fat, load: 0.5 })).toBe("MISSED");
  expect(tableLine({ row: transfer, result: fat, load: 0 })).toMatch(
    /MISSED\n {2}at most 151 MiB of memory; the target is 150 MiB$/,
  );
});

test("the text of a transfer has colours and more than ASCII, and no pattern is in it", () => {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(logText(1_000_000));
  expect(logText(1_000_000)).toHaveLength(1_000_000);
  expect(text).toContain("\x1b[0;32m");
  expect(text).toContain("…");
  for (const pattern of patterns) expect(text + text).not.toMatch(pattern);
  const end = lastLine.replaceAll("\r", "");
  for (const pattern of patterns) expect(text + end).toMatch(pattern);
});

test("a transfer is timed in processes of its own", async () => {
  const reference = { reader: "bare", megabytes: 1 } as const;
  for (const turn of [0, 1]) {
    const sample = await timeTransfers({ ...transfer, megabytes: 2, reference }, turn);
    expect(sample.oursMs).toBeGreaterThan(0);
    expect(sample.referenceMs).toBeGreaterThan(0);
    // Node itself has more than that, and what passes is more than it may keep.
    expect(sample.peakMiB).toBeGreaterThan(20);
  }
});

test("what others use of the CPUs is what is neither idle nor ours", () => {
  const before = { allMs: 1_000, idleMs: 500, ownMs: 100 };
  expect(shareOfOthers(before, { allMs: 3_000, idleMs: 1_500, ownMs: 700 })).toBeCloseTo(0.2);
  expect(shareOfOthers(before, { allMs: 3_000, idleMs: 2_000, ownMs: 700 })).toBe(0);
  expect(shareOfOthers(before, before)).toBe(0);
  const share = watchHostLoad()();
  if (process.platform !== "linux") return expect(share).toBeUndefined();
  expect(share).toBeGreaterThanOrEqual(0);
  expect(share).toBeLessThanOrEqual(1);
});

test("the table", () => {
  const lines = [
    tableHead,
    tableLine({ row: boot, result: result(221), load: 0.01 }),
    tableLine({ row: boot, result: result(219), load: 0.5 }),
    tableLine({ row: boot, result: undefined, reason: "no KVM", load: 0 }),
  ];
  expect(`\n${lines.join("\n")}\n`).toBe(`
name                      ours  reference   ratio   spread   target
                            ms         ms               ms       ms
boot-pc-multiboot        221.0      200.0    1.10      4.5    220.0  MISSED
boot-pc-multiboot        219.0      200.0    1.09      4.5    220.0  ok
  the host was busy: others had 50 % of its CPUs, so this proves little
boot-pc-multiboot       not run: no KVM
`);
});

test("a reproduction command becomes the words that it quotes", () => {
  expect(splitCommand("/a/qemu -kernel '/my os/it'\\''s.elf' -m 1G '' -x")).toEqual([
    "/a/qemu",
    "-kernel",
    "/my os/it's.elf",
    "-m",
    "1G",
    "",
    "-x",
  ]);
});

test("measures what it is asked for, and writes the results", async () => {
  const directory = await mkdtemp(join(tmpdir(), "bringup-bench-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const output = join(directory, "deep/bench.json");
  const { all } = await runTool(
    "tools/bench.ts",
    ["microvm-pvh", "--runs=3", `--output=${output}`],
    { BRINGUP_EVIDENCE: join(directory, "evidence") },
  );
  // Whether a target is met is not for a test to say, which may run on a busy host.
  expect(all).toMatch(/^boot-microvm-pvh {2}.* {2}(ok|MISSED|busy)$/m);
  const results: BenchResult[] = JSON.parse(await readFile(output, "utf8"));
  const row = results.find(({ name }) => name === "boot-microvm-pvh") as BenchResult;
  expect(Object.keys(row)).toEqual(["name", "oursMs", "referenceMs", "ratio", "spread"]);
  expect(row.referenceMs).toBeGreaterThan(5);
  expect(row.oursMs).toBeGreaterThan(5);
  expect(row.ratio).toBeCloseTo(row.oursMs / row.referenceMs);
});

test("fuzzes the QMP client, and tells inputs a second and the seed", async () => {
  const directory = await mkdtemp(join(tmpdir(), "bringup-bench-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const output = join(directory, "bench.json");
  const parameters = ["qmp-fuzz", "--inputs=42", "--seed=7", `--output=${output}`];
  const { all, exitCode } = await runTool("tools/bench.ts", parameters);
  expect(all).toMatch(/^qmp-fuzz {16}42 inputs, [\d,]+ a second, seed 7 {2}ok$/m);
  expect(exitCode).toBe(0);
  expect(JSON.parse(await readFile(output, "utf8"))).toEqual([
    { name: "qmp-fuzz", inputs: 42, seed: 7, inputsPerSecond: expect.any(Number) },
  ]);
});

test("an input that the QMP client does not take is shown", () => {
  const figures = { name: "qmp-fuzz", inputs: 1_000, seed: 7, inputsPerSecond: 2_000 } as const;
  expect(fuzzLine({ ...figures, failure: "any bytes: Counterexample: [0]" })).toBe(
    "qmp-fuzz                1,000 inputs, 2,000 a second, seed 7  FAILED\n" +
      "any bytes: Counterexample: [0]",
  );
});

test("names its rows when none is meant, and what it takes for runs", async () => {
  const unknown = await runTool("tools/bench.ts", ["no-such-row"]);
  expect(unknown.exitCode).toBe(1);
  expect(unknown.all).toContain('no row\'s name contains "no-such-row"; there are boot-pc-multib');
  const runs = await runTool("tools/bench.ts", ["--runs=two"]);
  expect(runs.exitCode).toBe(1);
  expect(runs.all).toContain('--runs takes a whole number from 3 on, but got "two"');
});

function result(oursMs: number): BenchResult {
  return { name: "boot-pc-multiboot", oursMs, referenceMs: 200, ratio: oursMs / 200, spread: 4.5 };
}
