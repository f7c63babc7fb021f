/** Programs that run to their end: `runProgram` and `runShell`. */
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { isOnPath, runProgram, runShell } from "../../harness/process/index.ts";
import { temporaryDirectory } from "./owner-process.ts";

describe("runProgram", () => {
  test("gives both outputs as they are, and no input", async () => {
    const script = "cat; printf 'out\\n\\n'; printf err >&2";
    expect(await runProgram("sh", ["-c", script])).toEqual({ stdout: "out\n\n", stderr: "err" });
  });

  test.each([
    ["fails with its words", "echo 'bad image' >&2; exit 3", "sh failed: bad image"],
    ["fails without words", "exit 3", "sh failed: Command failed with exit code 3"],
    ["is killed", "kill -TERM $$", "sh failed: Command was killed with SIGTERM"],
  ])("that %s says so", async (_how, script, message) => {
    const failure = await runProgram("sh", ["-c", script]).catch((error) => error);
    expect(failure).toBeInstanceOf(HostError);
    expect(failure.message.startsWith(message)).toBe(true);
    expect(failure.cause).toMatchObject({ failed: true });
  });

  test("that takes too long is ended, and says so", async () => {
    await expect(runProgram("sleep", ["1000"], { limitMs: 50 })).rejects.toThrow(
      "sleep failed: it took longer than 50 ms",
    );
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
