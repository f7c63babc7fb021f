/** Sessions: alive with their owner, gone with it or swept, and nobody else's touched. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sweepSessions } from "../../harness/process/index.ts";
import { lockName, lockText } from "../../harness/process/session.ts";
import { startOwner, temporaryDirectory } from "./owner-process.ts";

const program = { binding: "guardian", file: "sleep", commandArguments: ["1000"] };

/** Starts an owner in `parent`. @returns it, with its session directory. */
async function startHolder(parent: string, then?: string) {
  const owner = startOwner("hold.ts", [JSON.stringify({ ...program, then })], parent);
  await owner.nextLine();
  const { path } = JSON.parse(await owner.nextLine()) as { path: string };
  return { owner, path, session: join(path, "..") };
}

/** A directory that looks like the session of a dead process, up to what `change` does to it. */
function makeStale(parent: string, name: string, change: (path: string) => void = () => {}) {
  const path = join(parent, name);
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, lockName), lockText);
  writeFileSync(join(path, "precious"), "data");
  change(path);
  return path;
}

function unlock(path: string): void {
  rmSync(join(path, lockName));
}

function writeLock(path: string, text: string): void {
  writeFileSync(join(path, lockName), text);
}

function makeOld(path: string): void {
  utimesSync(path, new Date(0), new Date(0));
}

describe("two owners", () => {
  test("a sweep removes the killed one's session, and not the living one's", async () => {
    const parent = temporaryDirectory();
    const [dead, living] = await Promise.all([startHolder(parent), startHolder(parent)]);
    expect(readdirSync(parent)).toHaveLength(2);
    expect(await sweepSessions(parent)).toEqual([]);
    dead.owner.process.kill("SIGKILL");
    // A process closes its files one after the other: only its end says that the lock is free.
    await Promise.all([dead.owner.exited(), dead.owner.allGone()]);
    expect(existsSync(dead.path)).toBe(true);
    expect(await sweepSessions(parent)).toEqual([dead.session]);
    expect(existsSync(dead.session)).toBe(false);
    expect(readdirSync(living.path)).toEqual(["log", "serial.in", "serial.out"]);
    expect(await sweepSessions(parent)).toEqual([]);
  });

  test("two sweeps at once remove a session once", async () => {
    const parent = temporaryDirectory();
    const path = makeStale(parent, "bringup-abc123");
    const swept = await Promise.all([sweepSessions(parent), sweepSessions(parent)]);
    expect(swept.flat()).toEqual([path]);
  });
});

describe("the end of an owner", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s takes the session along",
    async (signal) => {
      const parent = temporaryDirectory();
      const { owner } = await startHolder(parent);
      expect(readdirSync(parent)).toHaveLength(1);
      owner.process.kill(signal);
      expect(await owner.exited()).toEqual({ code: null, signal });
      expect(readdirSync(parent)).toEqual([]);
      await owner.allGone();
    },
  );

  test.each([
    ["exit", 3, ""],
    ["throw", 1, "uncaught on purpose"],
    ["kill-child", 0, ""],
  ])("%s takes the session along and keeps the exit code", async (then, code, words) => {
    const parent = temporaryDirectory();
    const { owner } = await startHolder(parent, then);
    expect(await owner.exited()).toEqual({ code, signal: null });
    expect(readdirSync(parent)).toEqual([]);
    expect(owner.stderr()).toContain(words);
    await owner.allGone();
  });
});

describe("a sweep leaves alone", () => {
  test.each<[string, string, (path: string) => void]>([
    ["a directory without our file", "bringup-abc123", (path) => unlock(path)],
    ["a lock file of somebody else's", "bringup-abc123", (path) => writeLock(path, "")],
    ["our words and more", "bringup-abc123", (path) => writeLock(path, `${lockText}more`)],
    ["a directory that others may enter", "bringup-abc123", (path) => chmodSync(path, 0o755)],
    ["another name", "bringup-project", () => {}],
    ["a longer name", "bringup-abc1234", () => {}],
    ["a newborn that is young", ".bringup-new-abc123", () => {}],
    ["a newborn that holds something", ".bringup-new-abc123", makeOld],
    ["a dying one that holds something", ".bringup-old-abc123", () => {}],
  ])("%s", async (_what, name, change) => {
    const parent = temporaryDirectory();
    const path = makeStale(parent, name, change);
    expect(await sweepSessions(parent)).toEqual([]);
    expect(readdirSync(path)).toContain("precious");
  });

  // style-allow skip: only root can give a directory to another user.
  test.skipIf(process.getuid?.() !== 0)("a directory of another user", async () => {
    const parent = temporaryDirectory();
    const path = makeStale(parent, "bringup-abc123", (made) => chownSync(made, 12_345, 12_345));
    expect(await sweepSessions(parent)).toEqual([]);
    expect(existsSync(join(path, "precious"))).toBe(true);
  });

  test("what a symbolic link points to, as directory and as lock", async () => {
    const parent = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    const target = makeStale(elsewhere, "bringup-abc123");
    symlinkSync(target, join(parent, "bringup-abc123"));
    const real = makeStale(parent, "bringup-def456", unlock);
    symlinkSync(join(target, lockName), join(real, lockName));
    expect(await sweepSessions(parent)).toEqual([]);
    expect(readdirSync(target)).toContain("precious");
    expect(readdirSync(real)).toContain("precious");
  });

  test("what a link inside a session points to", async () => {
    const parent = temporaryDirectory();
    const elsewhere = temporaryDirectory();
    writeFileSync(join(elsewhere, "precious"), "data");
    const path = makeStale(parent, "bringup-abc123", (made) => {
      symlinkSync(elsewhere, join(made, "link"));
    });
    expect(await sweepSessions(parent)).toEqual([path]);
    expect(readdirSync(elsewhere)).toEqual(["precious"]);
  });
});

test("a sweep removes a newborn whose owner was killed long ago", async () => {
  const parent = temporaryDirectory();
  const path = join(parent, ".bringup-new-abc123");
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, lockName), "");
  makeOld(path);
  expect(await sweepSessions(parent)).toEqual([path]);
  expect(readdirSync(parent)).toEqual([]);
});

test("a sweep of what cannot be read says what to do", async () => {
  const missing = join(temporaryDirectory(), "missing");
  await expect(sweepSessions(missing)).rejects.toThrow(
    `cannot use ${missing} for temporary files: ENOENT: no such file or directory, scandir '${missing}'`,
  );
});

test("a sweep removes at once what an owner was killed over", async () => {
  const parent = temporaryDirectory();
  const dying = [".bringup-old-abc123", ".bringup-old-def456"].map((name) => join(parent, name));
  for (const path of dying) mkdirSync(path, { mode: 0o700 });
  writeLock(dying[0] as string, lockText);
  expect((await sweepSessions(parent)).sort()).toEqual(dying);
  expect(readdirSync(parent)).toEqual([]);
});
