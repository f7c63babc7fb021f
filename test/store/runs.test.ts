/** Runs in a folder that may be anybody's: ours go when they are over, and nothing else does. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openWithLock } from "../../harness/process/lock.ts";
import {
  beginRun,
  EvidenceStore,
  evidenceFolder,
  newRunName,
  pruneRuns,
} from "../../harness/store/index.ts";
import { startOwner, temporaryDirectory } from "../process/owner-process.ts";

const markText =
  "This directory is removed when it is old and no process holds a lock on this file.\n";

/** Seven runs of processes that are gone, as newest to oldest as their day says. */
function runName(day: number): string {
  return `202601${`${day}`.padStart(2, "0")}-120000-abcdef`;
}

/** A run whose process is gone, up to what `change` does to it. */
function makeRun(folder: string, name: string, change: (path: string) => void = () => {}): string {
  const path = join(folder, "runs", name);
  mkdirSync(join(path, "boot.test.ts"), { recursive: true });
  writeFileSync(join(path, ".bringup-run"), markText);
  writeFileSync(join(path, "boot.test.ts", "precious"), "data");
  change(path);
  return path;
}

/** Five newer runs, so that any other is one too many. */
function makeNewest(folder: string): string[] {
  return [21, 22, 23, 24, 25].map((day) => {
    makeRun(folder, runName(day));
    return runName(day);
  });
}

function runsIn(folder: string): string[] {
  return readdirSync(join(folder, "runs")).sort();
}

describe("pruning", () => {
  test("keeps the newest five, whenever they have written something", async () => {
    const folder = temporaryDirectory();
    for (const day of [3, 1, 2]) makeRun(folder, runName(day));
    const newest = makeNewest(folder);
    await pruneRuns(folder);
    expect(runsIn(folder)).toEqual(newest);
  });

  test("of no folder at all is no error", async () => {
    await pruneRuns(join(temporaryDirectory(), "nowhere"));
  });

  test("keeps a run whose process lives, however old it is, and takes it when that is gone", async () => {
    const folder = temporaryDirectory();
    const old = runName(1);
    const owner = startOwner(
      join(import.meta.dirname, "owners", "hold-run.ts"),
      [folder, old],
      folder,
    );
    expect(await owner.nextLine()).toBe(old);
    writeFileSync(join(folder, "runs", old, "serial0.log"), "still going on");
    const newest = makeNewest(folder);
    await pruneRuns(folder);
    expect(runsIn(folder)).toEqual([old, ...newest]);
    owner.process.kill("SIGKILL");
    await Promise.all([owner.exited(), owner.allGone()]);
    expect(readdirSync(join(folder, "runs", old))).toContain("serial0.log");
    await pruneRuns(folder);
    expect(runsIn(folder)).toEqual(newest);
  });

  test("by two at once removes a run once, and by one that was cut short in the end", async () => {
    const folder = temporaryDirectory();
    makeRun(folder, runName(1));
    // What is left where the removal was killed on its way.
    mkdirSync(join(folder, "runs", runName(2)));
    writeFileSync(join(folder, "runs", runName(2), ".bringup-run"), markText);
    const newest = makeNewest(folder);
    await Promise.all([pruneRuns(folder), pruneRuns(folder)]);
    expect(runsIn(folder)).toEqual(newest);
  });
});

describe("pruning leaves alone", () => {
  const mark = (path: string) => join(path, ".bringup-run");
  test.each<[string, string, ((path: string) => void)?]>([
    ["a directory of another name", "results-of-march"],
    ["a name that begins like one of ours", `${runName(1)}-mine`],
    ["a date alone", "20260101"],
    ["a copy that somebody made of a run", `${runName(1)} (copy)`],
    ["our name without our mark", runName(1), (path) => writeFileSync(mark(path), "")],
    ["somebody else's words in the mark", runName(1), (path) => writeFileSync(mark(path), "mine")],
    ["our words and more", runName(1), (path) => writeFileSync(mark(path), `${markText}mine`)],
  ])("%s", async (_what, name, change) => {
    const folder = temporaryDirectory();
    const path = makeRun(folder, name, change);
    makeNewest(folder);
    await pruneRuns(folder);
    expect(readFileSync(join(path, "boot.test.ts", "precious"), "utf8")).toBe("data");
  });

  test("what a symbolic link leads to: as run, as mark, and inside a run", async () => {
    const folder = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    const whole = makeRun(elsewhere, runName(1));
    makeNewest(folder);
    symlinkSync(whole, join(folder, "runs", runName(1)));
    mkdirSync(join(folder, "runs", runName(2)));
    symlinkSync(join(whole, ".bringup-run"), join(folder, "runs", runName(2), ".bringup-run"));
    writeFileSync(join(folder, "runs", runName(2), "precious"), "data");
    makeRun(folder, runName(3), (path) => symlinkSync(whole, join(path, "link")));
    await pruneRuns(folder);
    expect(readdirSync(join(whole, "boot.test.ts"))).toEqual(["precious"]);
    expect(runsIn(folder).slice(0, 2)).toEqual([runName(1), runName(2)]);
    expect(readdirSync(join(folder, "runs", runName(2)))).toContain("precious");
    expect(runsIn(folder)).not.toContain(runName(3));
  });

  test("files, and everything outside of runs", async () => {
    const folder = temporaryDirectory();
    makeNewest(folder);
    writeFileSync(join(folder, "runs", runName(1)), "a file");
    writeFileSync(join(folder, "notes"), "data");
    mkdirSync(join(folder, runName(2)));
    await pruneRuns(folder);
    expect(readdirSync(folder).sort()).toEqual([runName(2), "notes", "runs"]);
    expect(runsIn(folder)).toContain(runName(1));
  });
});

describe("a run", () => {
  test("has a name that sorts by time and differs", () => {
    const early = newRunName(new Date("2026-01-31T12:00:00.500Z"));
    expect(early).toMatch(/^20260131-120000-[0-9a-f]{6}$/);
    expect(newRunName(new Date("2026-02-01T00:00:00Z")) > early).toBe(true);
    expect(newRunName()).not.toBe(newRunName());
  });

  test("that kept nothing leaves nothing", async () => {
    const folder = temporaryDirectory();
    const owner = startOwner(join(import.meta.dirname, "owners", "hold-run.ts"), [folder], folder);
    const run = await owner.nextLine();
    expect(runsIn(folder)).toEqual([run]);
    owner.process.kill("SIGTERM");
    await Promise.all([owner.exited(), owner.allGone()]);
    expect(runsIn(folder)).toEqual([]);
  });

  test("is held while its process lives", async () => {
    const folder = temporaryDirectory();
    await beginRun(folder, runName(1));
    const path = join(folder, "runs", runName(1), ".bringup-run");
    expect(readFileSync(path, "utf8")).toBe(markText);
    expect(await openWithLock(path, 2)).toBeUndefined();
  });
});

describe("the folder", () => {
  test("ignores itself for git where it was made for evidence, and gets no file where it was not", () => {
    const parent = temporaryDirectory();
    const ours = join(parent, "a", "evidence");
    new EvidenceStore(ours, runName(1)).machineDirectory("one");
    new EvidenceStore(ours, runName(2)).machineDirectory("one");
    expect(readFileSync(join(ours, ".gitignore"), "utf8")).toBe("*\n");
    expect(readdirSync(parent)).toEqual(["a"]);
    const theirs = join(parent, "theirs");
    mkdirSync(theirs);
    new EvidenceStore(theirs, runName(1)).machineDirectory("one");
    expect(readdirSync(theirs)).toEqual(["runs"]);
  });

  test("is the one of BRINGUP_EVIDENCE, unless that is empty", () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("BRINGUP_EVIDENCE", "");
    expect(evidenceFolder("/project")).toBe("/project/.bringup");
    vi.stubEnv("BRINGUP_EVIDENCE", "results");
    expect(evidenceFolder("/project")).toBe("/project/results");
    vi.stubEnv("BRINGUP_EVIDENCE", "/elsewhere");
    expect(evidenceFolder("/project")).toBe("/elsewhere");
    vi.stubEnv("BRINGUP_EVIDENCE", undefined);
    expect(evidenceFolder("/project")).toBe("/project/.bringup");
  });
});
