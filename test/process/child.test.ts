/** Starting, ending and talking to one program, by each binding. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { HostError, SpecError } from "../../harness/evidence/index.ts";
import { type Binding, type StartOptions, startOwned } from "../../harness/process/index.ts";
import { ownerScript, temporaryDirectory } from "./owner-process.ts";

const bindings: readonly Binding[] = ["pdeathsig", "guardian"];

describe.each(bindings)("bound by %s", (binding) => {
  let directory: string;
  let logFile: string;

  beforeEach(() => {
    directory = temporaryDirectory();
    logFile = join(directory, "log");
  });

  const start = (
    file: string,
    commandArguments: readonly string[] = [],
    options: Partial<StartOptions> = {},
  ) => startOwned(file, commandArguments, { logFile, sockets: 0, binding, ...options });
  const shell = (script: string, options: Partial<StartOptions> = {}) =>
    start("sh", ["-c", script], options);
  const logged = () => readFileSync(logFile, "utf8");

  test.each([0, 1, 2, 125, 126, 127, 255])("exit code %i comes as it is", async (exitCode) => {
    expect(await shell(`exit ${exitCode}`).ended).toEqual({ exitCode });
  });

  test.each(["SIGTERM", "SIGKILL", "SIGABRT"])("%s comes as it is", async (signal) => {
    expect(await shell(`kill -${signal.slice(3)} $$`).ended).toEqual({ signal });
  });

  test("has the process id that the program sees", async () => {
    const child = shell("echo $$");
    await child.ended;
    expect(logged()).toBe(`${child.pid}\n`);
  });

  test("arguments come as they are", async () => {
    const words = ["", " ", "a b", "$HOME", "'", '"', "\\", "--", "-x", "*", "a\nb", "ü"];
    await start("printf", ["<%s>", ...words]).ended;
    expect(logged()).toBe(words.map((word) => `<${word}>`).join(""));
  });

  test("kill() ends it, also twice, and does nothing afterwards", async () => {
    const child = start("sleep", ["1000"]);
    child.kill();
    child.kill();
    expect(await child.ended).toEqual({ signal: "SIGKILL" });
    child.kill();
  });

  test("stdin is empty, and both outputs are appended to a log of our own", async () => {
    writeFileSync(logFile, "before\n", { mode: 0o600 });
    await shell("cat; echo out; echo err >&2").ended;
    expect(logged()).toBe("before\nout\nerr\n");
    await shell("true", { logFile: join(directory, "new") }).ended;
    expect(statSync(join(directory, "new")).mode & 0o777).toBe(0o600);
  });

  test("the environment is what was given, and ours otherwise", async () => {
    vi.stubEnv("BRINGUP_TEST", "ours");
    await shell('echo "$BRINGUP_TEST, $ONLY"', {
      environment: { PATH: process.env.PATH, ONLY: "given" },
    }).ended;
    await shell('echo "$BRINGUP_TEST, $ONLY"').ended;
    vi.unstubAllEnvs();
    expect(logged()).toBe(", given\nours, \n");
  });

  test("descriptors go both ways, and inherited ones come after them", async () => {
    const file = join(directory, "inherited");
    const inherited = openSync(file, "w");
    const child = shell("read -r word <&4; echo $word >&3; echo file >&5", {
      sockets: 2,
      inherit: [inherited],
    });
    closeSync(inherited);
    const [first, second] = child.descriptors;
    const received: string[] = [];
    first?.on("data", (bytes: Buffer) => received.push(bytes.toString()));
    second?.write("hello\n");
    expect(await child.ended).toEqual({ exitCode: 0 });
    expect(received).toEqual(["hello\n"]);
    expect(readFileSync(file, "utf8")).toBe("file\n");
  });

  test("gets no descriptor that it was not given", async () => {
    const list = "ls /proc/$$/fd";
    // What the test runner itself passes on to every program is not ours.
    const always = execFileSync("sh", ["-c", list]).toString().trim().split("\n");
    await shell(list, { sockets: 1 }).ended;
    const expected = new Set(["0", "1", "2", "3", ...always]);
    expect(new Set(logged().trim().split("\n"))).toEqual(expected);
  });

  test("what it has written waits for a late listener", async () => {
    const child = shell("echo early >&3; read -r word <&3", { sockets: 1 });
    const [socket] = child.descriptors;
    // Many rounds of the event loop, in which nobody listens.
    for (let round = 0; round < 1_000; round += 1) await new Promise(setImmediate);
    const heard = new Promise<string>((resolve) => {
      socket?.once("data", (bytes: Buffer) => resolve(bytes.toString()));
    });
    expect(await heard).toBe("early\n");
    socket?.write("go\n");
    expect(await child.ended).toEqual({ exitCode: 0 });
  });

  test("`ended` comes after all that it has written, also where the listener was slow", async () => {
    const sizeBytes = 150_000;
    const child = shell(`head -c ${sizeBytes} /dev/zero >&3`, { sockets: 1 });
    let receivedBytes = 0;
    child.descriptors[0]?.on("data", (bytes: Buffer) => {
      receivedBytes += bytes.length;
    });
    const until = performance.now() + 200;
    while (performance.now() < until);
    await child.ended;
    expect(receivedBytes).toBe(sizeBytes);
  });

  test("writing to one that has ended, or that dies of it, raises nothing", async () => {
    const child = shell("exec 3<&-; kill -KILL $$", { sockets: 1 });
    const [socket] = child.descriptors;
    for (let round = 0; round < 20; round += 1) socket?.write(Buffer.alloc(100_000));
    expect(await child.ended).toEqual({ signal: "SIGKILL" });
    socket?.write("late");
    await new Promise(setImmediate);
    expect(socket?.destroyed).toBe(true);
  });

  test("`ended` does not wait for others that hold its descriptors", {
    timeout: 10_000,
  }, async () => {
    const child = shell("sleep 1000 & echo $! >&3", { sockets: 1 });
    let pid = "";
    child.descriptors[0]?.on("data", (bytes: Buffer) => {
      pid += bytes.toString();
    });
    expect(await child.ended).toEqual({ exitCode: 0 });
    process.kill(Number(pid), "SIGKILL");
  });

  describe("what cannot be started", () => {
    test.each([
      ["a missing path", () => join(directory, "missing")],
      ["a name that is nowhere", () => "no-such-program"],
      ["a directory", () => directory],
      ["a file that is not executable", () => makeFile(join(directory, "plain"), 0o644)],
    ])("%s ends with the reason, and not with an exit code", async (_what, file) => {
      const child = start(file(), [], { sockets: 1 });
      expect(child.pid).toBeUndefined();
      // With no process id this would be a signal to the whole process group.
      child.kill();
      expect(child.descriptors.map(({ destroyed }) => destroyed)).toEqual([true]);
      child.descriptors[0]?.write("into the void");
      const { spawnError, ...rest } = await child.ended;
      expect(spawnError?.message).toBe(`${file()}: not found, or no executable file`);
      expect(rest).toEqual({});
    });

    test("too long a command line ends with the reason", async () => {
      const { spawnError } = await start("true", ["x".repeat(3_000_000)]).ended;
      expect(spawnError?.message).toBe("spawn E2BIG");
    });

    test("an interpreter that is missing is named in the log", async () => {
      const file = makeFile(join(directory, "script"), 0o755, "#!/no/such/interpreter\n");
      expect(await start(file).ended).toEqual({ exitCode: 127 });
      expect(logged()).toContain("script: not found");
    });

    test("a log file that cannot be written says so", () => {
      const nowhere = join(directory, "missing", "log");
      const starting = () => shell("true", { logFile: nowhere });
      expect(starting).toThrow(HostError);
      expect(starting).toThrow(
        `cannot write the log file ${nowhere}: ENOENT: no such file or directory, open ` +
          `'${nowhere}'\n  to mend it: make ${join(directory, "missing")} a directory`,
      );
    });
  });

  test("a name is looked for in the PATH of its environment", async () => {
    const tools = join(directory, "tools");
    mkdirSync(tools);
    makeFile(join(tools, "tool"), 0o755, "#!/bin/sh\necho found\n");
    await start("tool", [], { environment: { PATH: tools } }).ended;
    expect(logged()).toBe("found\n");
    expect((await start("tool").ended).spawnError).toBeInstanceOf(Error);
  });
});

test("what the system cannot start is not killed, and neither is anything else", async () => {
  // A kill that goes astray goes to the whole process group, and so the script has its own.
  const script = 'ulimit -n 64; exec setsid "$@"';
  const directory = temporaryDirectory();
  const logFile = join(directory, "log");
  const command = [process.execPath, ownerScript("unstartable.ts"), directory];
  const child = startOwned("sh", ["-c", script, "sh", ...command], { logFile, sockets: 0 });
  expect(await child.ended).toEqual({ exitCode: 0 });
  expect(readFileSync(logFile, "utf8").replaceAll(/ \/\S*(?=\/setpriv)/g, " …")).toBe(
    "undefined true spawn …/setpriv EMFILE\nundefined true spawn …/setpriv ENOENT\n",
  );
});

test("a guardian takes as many descriptors as its shell can name", () => {
  const options = { logFile: "/dev/null", sockets: 7, binding: "guardian" } as const;
  expect(() => startOwned("true", [], options)).toThrow(
    new SpecError("descriptors", "got 7, a guardian takes at most 6"),
  );
});

test("without setpriv(1) the guardian does it, unless pdeathsig is asked for", async () => {
  const directory = temporaryDirectory();
  vi.stubEnv("PATH", directory);
  const options = { logFile: join(directory, "log"), sockets: 0 };
  try {
    expect(await startOwned("/bin/sh", ["-c", "exit 7"], options).ended).toEqual({ exitCode: 7 });
    expect(() => startOwned("/bin/sh", [], { ...options, binding: "pdeathsig" })).toThrow(
      "setpriv(1) is missing, which binds programs to this process\n" +
        "  to mend it: install util-linux",
    );
  } finally {
    vi.unstubAllEnvs();
  }
});

function makeFile(path: string, mode: number, text = ""): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}
