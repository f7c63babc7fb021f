/** FIFOs made at once, ahead of time, and only where nothing is. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { temporaryDirectory } from "./owner-process.ts";

describe("making FIFOs", () => {
  let directory: string;
  let room: typeof import("../../harness/process/index.ts");

  // Every test starts as a new process does: with no stock.
  beforeEach(async () => {
    vi.resetModules();
    room = await import("../../harness/process/index.ts");
    directory = temporaryDirectory();
    vi.stubEnv("TMPDIR", directory);
    return () => void vi.unstubAllEnvs();
  });

  test("gives each path two, for their owner only, from a stock or not", async () => {
    const paths = Array.from({ length: 40 }, (_, index) => join(directory, `serial${index}`));
    for (const path of paths) await room.makeFifos([path]);
    const files = paths.flatMap((path) => [`${path}.in`, `${path}.out`]);
    expect(files.filter((file) => !statSync(file).isFIFO())).toEqual([]);
    expect(files.filter((file) => (statSync(file).mode & 0o777) !== 0o600)).toEqual([]);
    expect(new Set(files.map((file) => statSync(file).ino)).size).toBe(files.length);
  });

  test("from the stock needs no program", async () => {
    await room.prepareSession();
    await room.prepareSession();
    vi.stubEnv("PATH", directory);
    await room.makeFifos([join(directory, "a"), join(directory, "b")]);
    expect(readdirSync(directory).filter((name) => name.length < 6)).toEqual([
      ...["a.in", "a.out", "b.in", "b.out"],
    ]);
  });

  test("of no paths makes nothing", async () => {
    await room.makeFifos([]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each(["with", "without"])(
    "leaves what is there already alone, %s a stock",
    async (stock) => {
      if (stock === "with") await room.prepareSession();
      const path = join(directory, "serial");
      writeFileSync(`${path}.out`, "somebody's");
      await expect(room.makeFifos([path])).rejects.toThrow(
        /^cannot make the FIFOs of the serial ports: mkfifo: .*serial\.out.*: File exists/,
      );
      expect(statSync(`${path}.out`).size).toBe(10);
    },
  );

  test("goes on when somebody has removed the session, and its stock with it", async () => {
    const { path, remove } = await room.createPrivateDirectory("machine");
    await room.prepareSession();
    execFileSync("rm", ["-r", join(path, "..")]);
    await remove();
    await room.makeFifos([join(directory, "serial")]);
    expect(statSync(join(directory, "serial.in")).isFIFO()).toBe(true);
  });

  test("without mkfifo(1) says what to install", async () => {
    const tools = join(directory, "tools");
    execFileSync("mkdir", [tools]);
    execFileSync("ln", ["-s", execFileSync("which", ["flock"]).toString().trim(), tools]);
    vi.stubEnv("PATH", tools);
    const failure = await room.makeFifos([join(directory, "serial")]).catch((error) => error);
    expect(failure.name).toBe(HostError.name);
    expect(failure.message).toBe(
      "cannot make the FIFOs of the serial ports: mkfifo(1) is missing\n" +
        "  to mend it: install coreutils",
    );
  });
});
