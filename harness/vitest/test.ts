/** vitest's `test` with the fixture `boot`. */
import { test as base, inject, type RunnerTestCase, type TestAPI } from "vitest";
import { atPlace, HostError } from "../evidence/index.ts";
import type { RunSettings } from "../machine/index.ts";
import { CleanupStack } from "../process/index.ts";
import type { Boot } from "./boot-arguments.ts";
import { enterOwner } from "./shared-fixture.ts";
import { TestOwner, teardownMs } from "./test-owner.ts";

/**
 * A test runs in its project's root, wherever vitest was started: files are named from there. A
 * set-up file of the user's that has gone elsewhere has the last word.
 */
function enterRoot(): void {
  const run = inject("bringup") as RunSettings | undefined;
  if (run !== undefined && process.cwd() === run.startedIn) process.chdir(run.root);
}

/**
 * vitest's `test`, and in its context `boot`. The owner comes first and without being asked for:
 * vitest runs no clean-up that a fixture registers before its set-up fails or hangs, but this
 * set-up can do neither, and everything that is booted later is the owner's.
 */
export const test: TestAPI<{ boot: Boot }> = insideVitest(() => {
  enterRoot();
  return base.extend<{ bringupEndOfFile: CleanupStack; bringupOwner: TestOwner; boot: Boot }>({
    bringupEndOfFile: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest takes nothing else for no fixtures.
      async ({}, use) => {
        const endOfFile = new CleanupStack();
        await use(endOfFile);
        await endOfFile.dispose(teardownMs);
      },
      { auto: true, scope: "file" },
    ],
    bringupOwner: [
      async ({ bringupEndOfFile, signal, skip, task }, use) => {
        const owner = new TestOwner(task, providedRun(task), bringupEndOfFile);
        enterOwner(task, owner);
        await use(owner);
        const skipReason = await owner.finish(signal.aborted);
        if (skipReason !== undefined && task.result?.state !== "fail") skip(skipReason);
      },
      { auto: true },
    ],
    boot: async ({ bringupOwner }, use) => {
      await use((...given) => bringupOwner.boot(given));
    },
  });
});

/** @throws `HostError` where there is no vitest around: in a script, or in its configuration. */
function insideVitest<Extended>(extend: () => Extended): Extended {
  try {
    return extend();
  } catch (error) {
    throw new HostError('"bringup" is for test files, which vitest runs', {
      cause: error,
      remedy:
        'npx vitest run; in a script import { bootMachine } from "bringup/machine", in ' +
        'vitest.config.ts import { bringup } from "bringup/vitest"',
    });
  }
}

/** @throws `HostError` at the test's own line. */
function providedRun({ file, location }: RunnerTestCase): RunSettings {
  const run = inject("bringup") as RunSettings | undefined;
  if (run !== undefined) return run;
  const error = new HostError("the bringup plugin is not in vitest's configuration", {
    remedy:
      'plugins: [bringup()] in vitest.config.ts, with import { bringup } from "bringup/vitest"',
  });
  throw location === undefined ? error : atPlace(error, { file: file.filepath, ...location });
}
