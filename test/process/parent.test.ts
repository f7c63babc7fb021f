/** A worker that loses its parent ends, and its programs with it; no other one is disturbed. */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sweepSessions } from "../../harness/process/index.ts";
import { ownerScript, processesOf, startOwner, temporaryDirectory } from "./owner-process.ts";

function forkHolder(parent: string, then?: string) {
  const given = {
    binding: "pdeathsig",
    file: "qemu-system-x86_64",
    commandArguments: ["-M", "none", "-S", "-display", "none"],
    // The parent keeps 3 for the channel of `fork`.
    held: 4,
    then,
  };
  return startOwner("fork.ts", [ownerScript("hold.ts"), JSON.stringify(given)], parent);
}

describe("a forked worker", () => {
  test.each(["SIGKILL", "SIGTERM"] as const)("ends when its parent gets %s", async (signal) => {
    const parent = temporaryDirectory();
    const owner = forkHolder(parent);
    await owner.nextLine();
    await owner.nextLine();
    owner.process.kill(signal);
    await owner.allGone();
    expect(readdirSync(parent)).toEqual([]);
  });

  test("ends although it ignores signals and has more to do", async () => {
    const parent = temporaryDirectory();
    const owner = forkHolder(parent, "ignore-signals");
    await owner.nextLine();
    await owner.nextLine();
    owner.process.kill("SIGKILL");
    await owner.allGone();
    expect(readdirSync(parent)).toEqual([]);
  });

  test("ends in good order when its last program has, with its channel open", async () => {
    const parent = temporaryDirectory();
    const owner = forkHolder(parent, "kill-child");
    expect(await owner.exited()).toEqual({ code: 0, signal: null });
    await owner.allGone();
    expect(readdirSync(parent)).toEqual([]);
  });

  test("starts nothing when its parent is gone already", async () => {
    const owner = startOwner("fork.ts", [ownerScript("disconnected.ts")], temporaryDirectory());
    expect(await owner.nextLine()).toBe(
      "HostError: this forked process has lost its parent: it starts no more programs",
    );
    expect(await owner.exited()).toEqual({ code: 0, signal: null });
    await owner.allGone();
  });
});

describe("a vitest worker", () => {
  /** A project whose one test holds a program; runs it with the repository's vitest. */
  function startVitest(body: string) {
    const parent = temporaryDirectory();
    const root = join(parent, "project");
    const repository = join(import.meta.dirname, "../..");
    mkdirSync(root);
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
    writeFileSync(join(root, "vitest.config.js"), 'export default { test: { pool: "forks" } };\n');
    const room = JSON.stringify(join(repository, "harness/process/index.ts"));
    const program = JSON.stringify(["-machine", "none", "-S", "-display", "none"]);
    writeFileSync(
      join(root, "hold.test.js"),
      `import { test } from "vitest";
       import { createPrivateDirectory, startOwned } from ${room};
       test("holds", async () => {
         const { path } = await createPrivateDirectory("held");
         const log = { logFile: path + "/log", sockets: 0 };
         const child = startOwned("qemu-system-x86_64", ${program}, log);
         console.log("\\nholding\\n");
         ${body}
       }, 60_000);`,
    );
    const vitest = join(repository, "node_modules/vitest/vitest.mjs");
    const temporary = join(parent, "tmp");
    mkdirSync(temporary);
    const owner = startOwner(vitest, ["run", "--root", root], temporary);
    return { owner, temporary };
  }

  test("leaves nothing when vitest is killed", { timeout: 90_000 }, async () => {
    const { owner, temporary } = startVitest("await child.ended;");
    while (!(await owner.nextLine()).includes("holding"));
    await expect
      .poll(() => processesOf(temporary), { timeout: 5_000, interval: 20 })
      .not.toEqual([]);
    owner.process.kill("SIGKILL");
    await owner.allGone();
    await expect.poll(() => processesOf(temporary), { timeout: 5_000, interval: 20 }).toEqual([]);
    // vitest's own watchdog may have killed the worker before it could remove its session.
    await expect
      .poll(
        async () => {
          await sweepSessions(temporary);
          return readdirSync(temporary).filter((name) => name.includes("bringup"));
        },
        { timeout: 5_000, interval: 20 },
      )
      .toEqual([]);
  });

  test("ends with vitest as usual, although it has left a program running", {
    timeout: 30_000,
  }, async () => {
    const { owner, temporary } = startVitest("");
    expect(await owner.exited()).toEqual({ code: 0, signal: null });
    await expect.poll(() => processesOf(temporary), { timeout: 5_000, interval: 20 }).toEqual([]);
    expect(readdirSync(temporary).filter((name) => name.includes("bringup"))).toEqual([]);
  });
});
