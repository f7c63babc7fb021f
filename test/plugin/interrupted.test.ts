/** A run that is ended by a signal still says what it knows, and leaves nothing behind. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildKernels } from "../../kernels/build.ts";
import { parseXml } from "../reports/parse-xml.ts";
import { InlineProject } from "../vitest/inline-project.ts";

const limitMs = 120_000;
const files = {
  "waits.test.ts": `
    import { expect, test } from "bringup";
    test("passes", async ({ boot }) => {
      const vm = await boot("kernels/power-off.elf");
      await expect(vm).toPowerOff();
    });
    test("waits for ever", async ({ boot }) => {
      const vm = await boot("kernels/idle.elf");
      await expect(vm.serial).toPrint("idle");
      console.log("now it waits");
      await expect(vm.serial).toPrint("never");
    });
    test("comes after it", async ({ boot }) => void (await boot()));
  `,
};

let project: InlineProject;
beforeAll(async () => {
  await buildKernels({ names: ["power-off", "idle"] });
  const plugin = `{
    junit: "reports/junit.xml", ...JSON.parse(process.env.MORE_OPTIONS ?? "{}"),
  }`;
  project = await InlineProject.create(files, { plugin });
}, limitMs);
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

const cutShort =
  /^the run was ended(?: by SIG[A-Z]+)? while this test ran, for \d+ s; serial0 last said: .*idle/;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

test.for(signals)("%s", { timeout: limitMs }, async (signal) => {
  const run = project.start(["run"]);
  for await (const line of run.iterable()) if (line.includes("now it waits")) run.kill(signal);
  const { exitCode, signal: endedBy, stderr } = await run;
  expect(exitCode === 0).toBe(false);
  expect(endedBy ?? signal).toBe(signal);
  expect(project.normalise(stderr)).toMatch(
    /bringup: the run was ended by SIG[A-Z]+ while waits\.test\.ts > waits for ever ran, for \d+ s\n {2}serial0 last said \(all of it: <root>\/\.bringup\/.*serial0\.log\):\n(?: {4}.*\n)* {4}.*idle/,
  );
  const { cases, suites } = parseXml(project.read("reports/junit.xml"));
  const missing = `no verdict, and no sign of its start, when the run was ended by ${signal}`;
  // Whether the result of the first test had arrived by then is chance.
  expect(cases[0]?.name).toBe("passes");
  expect(cases.slice(1).map(({ name, verdict, reason }) => [name, verdict, reason])).toEqual([
    ["waits for ever", "failure", expect.stringMatching(cutShort)],
    ["comes after it", "skipped", missing],
  ]);
  expect(cases[1]?.reason).toContain(`the run was ended by ${signal} while`);
  // Both are told by the same clock, at the same time.
  const [, seconds] = /for (\d+) s/.exec(cases[1]?.reason ?? "") ?? [];
  expect(stderr).toContain(`waits for ever ran, for ${seconds} s\n`);
  expect(Math.round(Number(cases[1]?.attributes.time))).toBe(Number(seconds));
  expect(Number(suites[0]?.time)).toBeGreaterThanOrEqual(Number(cases[1]?.attributes.time));
  expect(cases[1]?.failure).toMatch(
    /serial0 \(all of it: \.bringup.*serial0\.log\)\n(?: {2}\| .*\n)* {2}\| .*idle/,
  );
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

test("SIGTERM while the build runs", { timeout: limitMs }, async () => {
  const report = "reports/junit.xml";
  await project.write(report, "<testsuites><testsuite><testcase/></testsuite></testsuites>");
  const build = { "élan/kernel.elf": "echo compiling; sleep 300", "kernel.elf": "true" };
  const MORE_OPTIONS = JSON.stringify({ build, heartbeatMs: 300 });
  const run = project.start(["run"], { MORE_OPTIONS });
  let isOldGone = false;
  for await (const line of run.iterable({ from: "stderr" })) {
    if (!line.includes("still running")) continue;
    isOldGone =
      !existsSync(join(project.root, report)) || project.read(report).includes("CutShort");
    run.kill("SIGTERM");
  }
  const { stderr } = await run;
  expect(isOldGone).toBe(true);
  const words = "the run was ended by SIGTERM while the build of élan/kernel.elf ran, for ";
  expect(stderr).toMatch(new RegExp(`^bringup: ${words}\\d s; it last said: compiling$`, "m"));
  expect(parseXml(project.read(report)).cases).toMatchObject([
    { className: "(run)", verdict: "error", reason: expect.stringContaining(words) },
  ]);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

test("SIGKILL: what ran is in the report that was written ahead, and in a note", {
  timeout: limitMs,
}, async () => {
  const run = project.start(["run"]);
  for await (const line of run.iterable()) {
    if (!line.includes("now it waits")) continue;
    await expect.poll(isReported, { timeout: limitMs / 2 }).toBe(true);
    run.kill("SIGKILL");
  }
  await run;
  const { cases } = parseXml(project.read("reports/junit.xml"));
  const found = cases.find(({ name }) => name === "waits for ever");
  expect([found?.verdict, found?.reason]).toEqual(["failure", expect.stringMatching(cutShort)]);
  const [newest] = readdirSync(join(project.root, ".bringup/runs")).sort().reverse();
  const notes = join(project.root, ".bringup/runs", newest as string, "running");
  const note = JSON.parse(readFileSync(join(notes, readdirSync(notes)[0] as string), "utf8"));
  expect(note.test).toBe(`${project.root}/waits.test.ts > waits for ever`);
  expect(existsSync(join(note.directory, "1/serial0.log"))).toBe(true);
});

function isReported(): boolean {
  const report = join(project.root, "reports/junit.xml");
  return existsSync(report) && /serial0 last said: .*idle/.test(readFileSync(report, "utf8"));
}

test("signs of life, of tests and of builds, and none where nobody wants them", {
  timeout: limitMs,
}, async () => {
  const heartbeat = `
    import { test } from "bringup";
    test("is slow", async ({ boot }) => {
      const vm = await boot("kernels/idle.elf");
      await vm.serial.waitFor("idle");
      await new Promise((resolve) => setTimeout(resolve, 2_500));
    });
  `;
  const plugin = `{
    build: "echo linking; sleep 1.5", ...JSON.parse(process.env.HEARTBEAT ?? '{"heartbeatMs":500}'),
  }`;
  await using slow = await InlineProject.create({ "slow.test.ts": heartbeat }, { plugin });
  const { exitCode, output } = await slow.run();
  expect(output).toMatch(
    /^bringup: the build: echo linking; sleep 1\.5: still running, for \d s; linking$/m,
  );
  expect(output).toMatch(
    /^bringup: slow\.test\.ts > is slow: still running, for \d s; serial0: .*idle/m,
  );
  expect(exitCode).toBe(0);
  const quiet = await slow.run([], { HEARTBEAT: "{}" });
  expect(quiet.output).not.toContain("still running");
});
