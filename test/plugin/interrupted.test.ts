/** A run that is ended by a signal still says what it knows, and leaves nothing behind. */
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
      console.log("now it waits");
      await expect(vm.serial).toPrint("never");
    });
    test("comes after it", async ({ boot }) => void (await boot()));
  `,
};

let project: InlineProject;
beforeAll(async () => {
  await buildKernels({ names: ["power-off", "idle"] });
  project = await InlineProject.create(files, { plugin: '{ junit: "reports/junit.xml" }' });
}, limitMs);
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s", { timeout: limitMs }, async (signal) => {
  const run = project.start(["run"]);
  for await (const line of run.iterable()) if (line.includes("now it waits")) run.kill(signal);
  const { exitCode, signal: endedBy } = await run;
  expect(exitCode === 0).toBe(false);
  expect(endedBy ?? signal).toBe(signal);
  const { cases } = parseXml(project.read("reports/junit.xml"));
  const missing = "no verdict: the process ended before it arrived";
  // Whether the result of the first test had arrived by then is chance.
  expect(cases[0]?.name).toBe("passes");
  expect(cases.slice(1).map(({ name, verdict, reason }) => [name, verdict, reason])).toEqual([
    ["waits for ever", "skipped", missing],
    ["comes after it", "skipped", missing],
    ["(outside any test)", "error", expect.stringMatching(/^the run stopped before it was com/)],
  ]);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});
