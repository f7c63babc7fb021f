/** Limits, retries and concurrency: which limit fires, and that nothing is left of any attempt. */
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

const head = `
import { readdirSync, readFileSync } from "node:fs";
import { beforeEach, describe } from "vitest";
import { expect, test } from "bringup";
const forever = new Promise(() => {});
`;

/** QEMU that answers what it is asked about itself, and never speaks when it is to run a guest. */
const mute = `#!/bin/sh
case " $* " in
  *" -kernel "*) exec sleep 1000 ;;
  *) exec qemu-system-x86_64 "$@" ;;
esac
`;

const limitMs = 10_000;
const limits = {
  "mute-qemu.sh": mute,
  "wait.test.ts": `${head}
test("has too little time for its wait", { timeout: ${limitMs} }, async ({ boot }) => {
  const vm = await boot("kernels/idle.elf");
  await expect(vm.serial).toPrint("never");
});
`,
  "wait-by-qmp.test.ts": `${head}
test("has too little time for a wait by QMP", { timeout: ${limitMs} }, async ({ boot }) => {
  const vm = await boot("kernels/idle.elf");
  await vm.qmp.waitForEvent("POWERDOWN");
});
`,
  "boot.test.ts": `${head}
test("has too little time for its boot", { timeout: ${limitMs} }, async ({ boot }) => {
  await boot("kernels/hello.elf", { qemu: "./mute-qemu.sh" });
});
test("has too little patience for its boot", async ({ boot }) => {
  await boot("kernels/hello.elf", { qemu: "./mute-qemu.sh", bootTimeoutMs: 3_000 });
});
`,
  "body.test.ts": `${head}
test("hangs in its body", { timeout: ${limitMs} }, async ({ boot }) => {
  const vm = await boot("kernels/idle.elf");
  await expect(vm.serial).toPrint("idle");
  await forever;
});
`,
  "hook.test.ts": `${head}
beforeEach(() => new Promise((resolve) => setTimeout(resolve, ${limitMs / 2})));
test("has its own time after a long hook", { timeout: ${limitMs} }, async ({ boot }) => {
  const vm = await boot("kernels/idle.elf");
  await expect(vm).not.toPowerOff({ forMs: ${limitMs / 2} - 500 });
});
`,
};

/** The verdict on each test, in the order of their names: the files run at the same time. */
function verdicts(json: string): string {
  type Result = { fullName: string; status: string; failureMessages: string[] };
  type File = { message: string; assertionResults: Result[] };
  const { testResults } = JSON.parse(json) as { testResults: File[] };
  return testResults
    .flatMap(({ assertionResults, message }) => [
      ...(message === "" ? [] : [message]),
      ...assertionResults.map(({ failureMessages, fullName, status }) =>
        [`${fullName}: ${status}`, ...failureMessages].join("\n"),
      ),
    ])
    .sort()
    .join("\n\n")
    .replace(/^ +at .*(?:node_modules|node:internal).*\n?/gm, "");
}

test("our limits fire before vitest's, and say what took the time", {
  timeout: 120_000,
}, async () => {
  await using project = await InlineProject.create(limits, { test: "maxWorkers: 5" });
  const { exitCode } = await project.run(["--reporter=json", "--outputFile.json=verdicts.json"]);
  const found = project.normalise(verdicts(project.read("verdicts.json")));
  await expect(found).toMatchFileSnapshot("expected/limits.txt");
  expect(exitCode).toBe(1);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

const attempts = {
  "attempts.test.ts": `${head}
let tries = 0;
test("passes at the second try", { retry: 2 }, async ({ boot }) => {
  const vm = await boot("kernels/hello.elf");
  await expect(vm.serial).toPrint("Hello");
  tries += 1;
  if (tries === 1) throw new Error("not yet");
});
test("dies only at the first try", { retry: 1 }, async ({ boot, task }) => {
  const first = task.result?.retryCount === 0;
  const vm = await boot(first ? "kernels/triple-fault.elf" : "kernels/hello.elf");
  await vm.qmp.waitForEvent(first ? "SHUTDOWN" : "RESUME", { since: 0 });
});
test("repeats", { repeats: 2 }, async ({ boot }) => {
  const vm = await boot("kernels/power-off.elf");
  await expect(vm).toPowerOff();
});
test.fails("times out as expected", { timeout: 300 }, async ({ boot }) => {
  await boot("kernels/spin.elf");
  await forever;
});
test.fails("throws with machines in every state", async ({ boot }) => {
  const [running, paused, ended] = await Promise.all([
    boot("kernels/spin.elf"),
    boot("kernels/spin.elf"),
    boot("kernels/power-off.elf"),
  ]);
  void boot("kernels/spin.elf");
  await paused.pause();
  await expect(ended).toPowerOff();
  expect(running.state).toBe("paused");
});
let bootOfEarlier: (() => Promise<unknown>) | undefined;
test("lets its boot escape", async ({ boot }) => {
  bootOfEarlier = boot;
});
test("boots for another that has ended", async () => {
  await bootOfEarlier?.();
});
test("stops its QEMU", async ({ boot }) => {
  await boot("kernels/spin.elf");
  const ids = readdirSync("/proc").filter((name) => /^\\d+$/.test(name));
  const isOurs = (id: string) => {
    try {
      const line = readFileSync(\`/proc/\${id}/cmdline\`, "utf8");
      return line.includes("-kernel") && line.includes(process.env.TMPDIR ?? "?");
    } catch {
      return false;
    }
  };
  const [qemu, ...others] = ids.filter(isOurs);
  expect(others).toEqual([]);
  process.kill(Number(qemu), "SIGSTOP");
});
`,
  "concurrent.test.ts": `${head}
describe.concurrent("at the same time", () => {
  test("one prints", async ({ boot }) => {
    const vm = await boot("kernels/hello.elf");
    await expect(vm.serial).toPrint("Hello");
  });
  test("one dies", async ({ boot }) => {
    const vm = await boot("kernels/triple-fault.elf");
    await vm.qmp.waitForEvent("SHUTDOWN", { since: 0 });
  });
  test("one does not await", async ({ boot }) => {
    const vm = await boot("kernels/hello.elf");
    expect(vm.serial).toPrint("Hello");
  });
  test("one waits", async ({ boot }) => {
    const vm = await boot("kernels/spin.elf");
    await expect(vm).not.toPowerOff({ forMs: 500 });
  });
});
`,
};

test("no attempt leaves anything, and none pays for another", { timeout: 120_000 }, async () => {
  await using project = await InlineProject.create(attempts);
  const { exitCode, output } = await project.run(["--no-file-parallelism"]);
  await expect(output).toMatchFileSnapshot("expected/attempts.txt");
  expect(exitCode).toBe(1);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});
