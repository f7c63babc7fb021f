/** Debugging: a machine that waits for a debugger, and limits that wait with it. */
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

/** Milliseconds of vitest's own limit on the tests inside, and a time well above it. */
const testLimitMs = 500;
const thinkingMs = 1_200;

const head = 'import { expect, test } from "bringup";\n';
const body = `async ({ boot }) => {
  const vm = await boot({ kernel: "kernels/hello.elf", ...spec });
  await expect(vm.serial).toPrint("Hello", { timeoutMs: 1 });
}`;

/** Runs the project; every machine is let go by a debugger that takes its time. */
async function debugSlowly(project: InlineProject, variables: Record<string, string> = {}) {
  const vitest = project.start(["run"], variables);
  const debuggers: Promise<Socket>[] = [];
  let printed = "";
  vitest.stderr.setEncoding("utf8").on("data", (piece: string) => {
    printed += piece;
    const commands = [...printed.matchAll(/target remote ([^'\n]+)'\n/g)];
    for (const [, path] of commands.slice(debuggers.length)) {
      debuggers.push(letGo(path as string));
    }
  });
  const { exitCode, stderr, stdout } = await vitest;
  for (const socket of await Promise.all(debuggers)) socket.destroy();
  return { exitCode, stdout: project.normalise(stdout), stderr, debuggers: debuggers.length };
}

/** The least that gdb would say: "continue", in its remote serial protocol. */
async function letGo(path: string): Promise<Socket> {
  // style-allow sleep: the test is about time that passes while nothing happens.
  await new Promise((resolve) => setTimeout(resolve, thinkingMs));
  const socket = connect(path);
  socket.on("error", () => {});
  socket.write("+$c#63");
  return socket;
}

test("boot({ debug: true }) suspends the test's own limit", async () => {
  const text = `${head}const spec = { debug: true };
    test("is debugged", { timeout: ${testLimitMs} }, ${body});
    test("is not debugged", { timeout: ${testLimitMs} }, () => new Promise(() => {}));
    test.beforeEach(async ({ boot, task }) => {
      if (task.name.includes("hook")) await boot({ kernel: "kernels/hello.elf", debug: true });
    });
    test("is debugged from a hook on", { timeout: ${testLimitMs} }, ${body});
  `;
  await using project = await InlineProject.create(
    { "one.test.ts": text },
    { test: `hookTimeout: ${testLimitMs}` },
  );
  const result = await debugSlowly(project);
  expect(result.stdout).toContain("✓ is debugged\n");
  expect(result.stdout).toContain("× is not debugged");
  expect(result.stdout).toContain("✓ is debugged from a hook on");
  expect(result.stderr).not.toContain("BRINGUP_DEBUG=1");
  expect(result.debuggers).toBe(3);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

test("where that cannot be done it says what can", async () => {
  const text = `${head}const spec = { debug: true };
    test.concurrent("is debugged", { timeout: ${testLimitMs} }, ${body});
  `;
  await using project = await InlineProject.create({ "one.test.ts": text });
  const result = await debugSlowly(project);
  expect(result.stderr).toContain(
    `bringup: vitest's own limit of ${testLimitMs} ms for this test goes on while you debug; ` +
      "run with BRINGUP_DEBUG=1 to suspend it too\n",
  );
  expect(result.stderr).toContain(`Test timed out in ${testLimitMs}ms`);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

test("BRINGUP_DEBUG=1 suspends every limit", async () => {
  const text = `${head}const spec = {};
    test.concurrent("has no limit of its own", ${body});
    test("has one", { timeout: ${testLimitMs} }, ${body});
  `;
  await using project = await InlineProject.create(
    { "one.test.ts": text },
    { test: `testTimeout: ${testLimitMs}` },
  );
  const result = await debugSlowly(project, { BRINGUP_DEBUG: "1" });
  expect(result.stdout).toContain("2 passed");
  expect(result.exitCode).toBe(0);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});
