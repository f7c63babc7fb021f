/** Programs that run to their end: `runProgram` and `runShell`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { isOnPath, runProgram, runShell, runToEnd } from "../../harness/process/index.ts";
import { temporaryDirectory } from "./owner-process.ts";

/** Ends the process whose number was printed first: on a busy host none may have been. */
function endProcess(printed: string): void {
  const number = /^\d+/.exec(printed);
  // Zero would be this process and all beside it.
  if (number !== null && Number(number[0]) > 1) process.kill(Number(number[0]), "SIGKILL");
}

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
    endProcess(stdout);
  });

  test("that leaves a child behind is done when it has ended itself", async () => {
    const script = "sleep 30 & echo $!; head -c 300000 /dev/zero >&2";
    const { failure, stderr, stdout } = await runToEnd("sh", ["-c", script], { limitMs: 20_000 });
    endProcess(stdout);
    expect(failure).toBeUndefined();
    expect(stderr).toHaveLength(300_000);
  });

  test("whose child goes on printing is done, too", async () => {
    const script = "( while echo more; do sleep 0.01; done ) & echo $!";
    const { failure, stdout } = await runToEnd("sh", ["-c", script], { limitMs: 20_000 });
    endProcess(stdout);
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
  const limitMs = 20_000;

  test("gives how it ended and what it printed, in its directory and in order", async () => {
    const directory = temporaryDirectory();
    const command = "pwd; echo error >&2; echo $0 $1; exit 4";
    const parameters = ["zero", "one"];
    const options = { directory, limitMs, parameters };
    expect(await runShell(command, options)).toEqual({
      exitCode: 4,
      signal: undefined,
      isLate: false,
      output: `${directory}\nerror\nzero one\n`,
    });
    expect(await runShell("kill -KILL $$", { directory, limitMs })).toMatchObject({
      exitCode: undefined,
      signal: "SIGKILL",
      output: "",
    });
  });

  test("in a directory that is missing says so", async () => {
    const directory = join(temporaryDirectory(), "missing");
    const { exitCode, output } = await runShell("true", { directory, limitMs });
    expect(exitCode).toBeUndefined();
    expect(output).toContain(directory);
  });

  test("keeps the beginning and the end of much output", async () => {
    const directory = temporaryDirectory();
    const command = "echo first; head -c 2000000 /dev/zero | tr '\\0' x; echo; echo last";
    const { output } = await runShell(command, { directory, limitMs });
    expect(output).toMatch(/^first\nx+\n… 14\d{5} bytes of output left out\nx+\nlast\n$/);
    expect(output.length).toBeLessThan(600_000);
  });

  test("waits for no program in the background, and ends all of them when it is late", async () => {
    const directory = temporaryDirectory();
    const early = await runShell("sleep 600 & echo $!", { directory, limitMs });
    expect(early).toMatchObject({ exitCode: 0, isLate: false });
    endProcess(early.output);
    const stubborn = "trap '' TERM; sleep 600 & echo $!; wait; sleep 600";
    const late = await runShell(stubborn, { directory, limitMs: 300 });
    expect(late.isLate).toBe(true);
    const words = `/proc/${late.output.trim()}/cmdline`;
    // One that has ended, and that nobody has asked how, has no words any more: proc(5).
    expect(existsSync(words) ? readFileSync(words, "utf8") : "").toBe("");
  });
});

test("isOnPath knows programs, and neither directories nor plain files", () => {
  expect(isOnPath("sh")).toBe(true);
  expect(isOnPath("no-such-program")).toBe(false);
  expect(isOnPath("/bin/sh")).toBe(true);
  expect(isOnPath("/bin")).toBe(false);
  expect(isOnPath("/etc/passwd")).toBe(false);
});
