/**
 * `npm run demo`: builds the kernels, boots them and real firmware, and shows what happened.
 * `npm run demo -- PVH` does that with the machines whose name matches.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { startVitest, type TestCase, type Vitest } from "vitest/node";
import { relativeTo, seconds } from "../demo/format.ts";
import { BringupError } from "../harness/evidence/index.ts";
import { buildKernels } from "../kernels/build.ts";

const root = join(import.meta.dirname, "..");
/** The variable is for tests of the demo, which must not replace the report of their own run. */
const junit = resolve(root, process.env.DEMO_JUNIT || "reports/junit.xml");

async function main(namePattern: string | undefined): Promise<boolean> {
  const startedMs = performance.now();
  console.log("bringup boots kernels and firmware in QEMU, and judges them by what they do.\n");
  const built = await buildKernels();
  console.log(`kernels: ${built.length === 0 ? "up to date" : `${built.length} built`}`);
  const vitest = await startVitest([], {
    root,
    config: join(root, "demo/vitest.config.ts"),
    // The other loaders run the configuration from a place where "bringup" is no known package.
    configLoader: "native",
    watch: false,
    ...(namePattern === undefined ? {} : { testNamePattern: namePattern }),
  });
  try {
    return summarise(vitest, performance.now() - startedMs);
  } finally {
    await vitest.close();
  }
}

/** @returns whether everything passed, and there was something to pass. */
function summarise(vitest: Vitest, durationMs: number): boolean {
  const modules = vitest.state.getTestModules();
  const tests = modules.flatMap((module): TestCase[] => [...module.children.allTests()]);
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  const passed = count("passed");
  const skipped = count("skipped");
  const failed = tests.length - passed - skipped;
  const broken =
    vitest.state.getUnhandledErrors().length +
    modules.filter((module) => module.errors().length > 0).length;
  const counts = [
    `${passed} passed, ${failed} failed`,
    ...(skipped === 0 ? [] : [`${skipped} not chosen`]),
    ...(broken === 0 ? [] : [`${broken} errors outside of tests`]),
  ];
  console.log(`\n${counts.join(", ")}, in ${seconds(durationMs)}`);
  if (existsSync(junit)) console.log(`JUnit: ${relativeTo(root, junit)}`);
  if (tests.length === skipped) console.log("There was nothing to boot: no name matches.");
  return failed === 0 && broken === 0 && passed > 0;
}

try {
  if (!(await main(process.argv[2]))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof BringupError ? error.message : error);
  process.exitCode = 1;
}
