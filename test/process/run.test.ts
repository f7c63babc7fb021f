/** Programs that run to their end: `runProgram` and `runShell`. */
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { isOnPath, runProgram, runShell, runToEnd } from "../../harness/process/index.ts";
import { temporaryDirectory } from "./owner-process.ts";

describe("runProgram", () => {
  test("gives both outputs as they are, and no input", async () => {
    const script = "cat; printf 'out\\n\\n'; printf err >&2";
    expect(await runProgram("sh", ["-c", script])).toEqual({ stdout: "out\n\n", stderr: "err" });
  });

  test.each([
    ["fails with its words", "echo 'bad image' >&2; exit 3", "sh failed: bad image"],
    ["fails without words", "exit 3", "sh failed: it ended with exit code 3"],
    ["is killed", "kill -TERM $$", "sh failed: it was killed by SIGTERM"],
  ])("that %s says so", async (_how, script, message) => {
    const failure = await runProgram("sh", ["-c", script]).catch((error) => error);
    expect(failure).toBeInstanceOf(HostError);
    expect(failure.message.startsWith(message)).toBe(true);
    expect(failure.cause).toMatchObject({ failed: true });
  });

  test("that takes too long is ended, and says so", async () => {
    await expect(runProgram("sleep", ["1000"], { limitMs: 50 })).rejects.toThrow(
      "sleep failed: it did not end within 50 ms",
    );
  });

  test("whose child holds the pipes open keeps its limit", async () => {
    const startedMs = performance.now();
    const stays = ["-c", "sleep 30 & echo $!; exec sleep 30"];
    const { failure, stdout } = await runToEnd("sh", stays, { limitMs: 100 });
    expect(failure).toMatchObject({ kind: "late", how: "did not end within 100 ms" });
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    process.kill(Number(stdout), "SIGKILL");
  });

  test("that leaves a child behind is done when it has ended itself", async () => {
    const script = "sleep 30 & echo $!; head -c 300000 /dev/zero >&2";
    const { failure, stderr, stdout } = await runToEnd("sh", ["-c", script], { limitMs: 20_000 });
    process.kill(Number(stdout), "SIGKILL");
    expect(failure).toBeUndefined();
    expect(stderr).toHaveLength(300_000);
  });

  test("whose child goes on printing is done, too", async () => {
    const script = "( while echo more; do sleep 0.01; done ) & echo $!";
    const { failure, stdout } = await runToEnd("sh", ["-c", script], { limitMs: 20_000 });
    process.kill(Number(/\d+/.exec(stdout)?.[0]), "SIGKILL");
    expect(failure).toBeUndefined();
  });

  test("that prints without end is ended, and says so", async () => {
    await expect(runProgram("yes", [])).rejects.toThrow(
      "yes failed: it printed more than 4194304 bytes",
    );
  });

  test("that is missing says what to do", async () => {
    await expect(runProgram("no-such-program", [])).rejects.toThrow(
      "no-such-program is not installed, or is no executable file\n" +
        "  to mend it: install the package that has no-such-program",
    );
  });

  test("needs no setpriv(1)", async () => {
    const directory = temporaryDirectory();
    vi.stubEnv("PATH", directory);
    const output = await runProgram("/bin/sh", ["-c", "echo fine"]);
    vi.unstubAllEnvs();
    expect(output.stdout).toBe("fine\n");
  });
});

describe("runShell", () => {
  test("gives how it ended and what it printed, in its directory", async () => {
    const directory = temporaryDirectory();
    expect(await runShell("pwd; echo error >&2; exit 4", directory)).toEqual({
      exitCode: 4,
      signal: undefined,
      output: `${directory}\nerror`,
    });
    expect(await runShell("kill -KILL $$", directory)).toEqual({
      exitCode: undefined,
      signal: "SIGKILL",
      output: "",
    });
  });

  test("waits for no server that the command leaves behind", async () => {
    const { exitCode, output } = await runShell("sleep 30 & echo $!", temporaryDirectory());
    process.kill(Number(output), "SIGKILL");
    expect(exitCode).toBe(0);
  });

  test("in a directory that is missing says so", async () => {
    const missing = join(temporaryDirectory(), "missing");
    const { exitCode, output } = await runShell("true", missing);
    expect(exitCode).toBeUndefined();
    expect(output).toContain(missing);
  });
});

test("isOnPath knows programs, and neither directories nor plain files", () => {
  expect(isOnPath("sh")).toBe(true);
  expect(isOnPath("no-such-program")).toBe(false);
  expect(isOnPath("/bin/sh")).toBe(true);
  expect(isOnPath("/bin")).toBe(false);
  expect(isOnPath("/etc/passwd")).toBe(false);
});
