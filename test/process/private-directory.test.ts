/** The directory of one machine, in the session of a process. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { startOwner, temporaryDirectory } from "./owner-process.ts";

describe("a private directory", () => {
  let room: typeof import("../../harness/process/index.ts");
  let parent: string;

  // Every test starts as a new process does: without a session.
  beforeEach(async () => {
    vi.resetModules();
    room = await import("../../harness/process/index.ts");
    parent = temporaryDirectory();
    vi.stubEnv("TMPDIR", parent);
    return () => void vi.unstubAllEnvs();
  });

  test("is private, and so is all around it", async () => {
    const { path, remove } = await room.createPrivateDirectory("machine");
    expect(path.slice(parent.length)).toMatch(/^\/bringup-\w{6}\/machine-\w{6}$/);
    for (const place of [path, join(path, "..")]) expect(statSync(place).mode & 0o777).toBe(0o700);
    writeFileSync(join(path, "disk"), "");
    await remove();
    expect(existsSync(path)).toBe(false);
    await remove();
  });

  test("has a name that QEMU's option lists leave alone", async () => {
    const { path } = await room.createPrivateDirectory("a,b=c/../ü\0XXXXXX".repeat(9));
    expect(path.slice(parent.length)).toMatch(/^\/bringup-\w{6}\/[\w.-]{1,47}$/);
  });

  test("comes in any number at once, all in one session", async () => {
    const names = ["one", "two", "three"];
    const made = await Promise.all(names.map((name) => room.createPrivateDirectory(name)));
    expect(new Set(made.map(({ path }) => join(path, ".."))).size).toBe(1);
    expect(readdirSync(parent)).toHaveLength(1);
  });

  test("comes in a new session when somebody has removed the old one", async () => {
    const { path, remove } = await room.createPrivateDirectory("machine");
    rmSync(join(path, ".."), { recursive: true });
    await remove();
    const again = await room.createPrivateDirectory("machine");
    expect(join(again.path, "..")).not.toBe(join(path, ".."));
    expect(existsSync(again.path)).toBe(true);
  });

  test("that cannot be made says what to do, and can be made once that is done", async () => {
    const missing = join(parent, "missing");
    vi.stubEnv("TMPDIR", missing);
    const failure = await room.createPrivateDirectory("machine").catch((error) => error);
    expect(failure.name).toBe(HostError.name);
    expect(failure.message).toMatch(
      `cannot make a private directory in ${missing}: ENOENT: no such file or directory`,
    );
    expect(failure.remedy).toBe("set TMPDIR to a directory that you may write");
    mkdirSync(missing);
    const { path } = await room.createPrivateDirectory("machine");
    expect(path.startsWith(missing)).toBe(true);
  });

  test("where TMPDIR leads nowhere from the start is an error, and not a crash", async () => {
    const missing = join(parent, "no", "where");
    const owner = startOwner("temporary.ts", [], missing);
    expect(await owner.nextLine()).toMatch(
      `HostError: cannot make a private directory in ${missing}: ENOENT: no such file or directory`,
    );
    expect(await owner.exited()).toEqual({ code: 0, signal: null });
  });

  test("without flock(1) says what to install, and leaves nothing", async () => {
    vi.stubEnv("PATH", parent);
    const failure = await room.createPrivateDirectory("machine").catch((error) => error);
    expect(failure.name).toBe(HostError.name);
    expect(failure.message).toBe(
      "flock(1) is missing, which guards temporary directories\n  to mend it: install util-linux",
    );
    expect(readdirSync(parent)).toEqual([]);
  });

  test("where a file system has no locks says so", async () => {
    writeFileSync(
      join(parent, "flock"),
      "#!/bin/sh\necho 'flock: 3: No locks available' >&2\nexit 71\n",
    );
    chmodSync(join(parent, "flock"), 0o755);
    vi.stubEnv("PATH", `${parent}:${process.env.PATH}`);
    const failure = await room.createPrivateDirectory("machine").catch((error) => error);
    expect(failure.message).toMatch(
      /^cannot lock .*: flock: 3: No locks available\n {2}to mend it: set TMPDIR to a directory/,
    );
    expect(readdirSync(parent)).toEqual(["flock"]);
  });
});
