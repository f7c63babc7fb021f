/**
 * vitest's runner, which also tells a test of vitest's own limits, and explains what was imported
 * from the wrong package. The plugin sets it.
 */
import { type RunnerTestCase, TestRunner, type TestTryOptions } from "vitest";
import { keepSuspended, setDeadlines } from "./deadlines.ts";
import { explainForeignTest, explainImport } from "./explain-failure.ts";

export default class BringupRunner extends TestRunner {
  #deadline: unknown;
  #test: RunnerTestCase | undefined;

  override onBeforeTryTask(test: RunnerTestCase, options: TestTryOptions): void {
    super.onBeforeTryTask(test, options);
    this.#test = test;
    setDeadlines(test, () => this.#deadline);
  }

  override async onAfterRetryTask(test: RunnerTestCase, options: TestTryOptions): Promise<void> {
    await super.onAfterRetryTask(test, options);
    if ("bringupOwner" in test.context) return;
    explainForeignTest(test.result?.errors ?? []);
  }

  override async importFile(...parameters: Parameters<TestRunner["importFile"]>): Promise<unknown> {
    try {
      return await super.importFile(...parameters);
    } catch (error) {
      explainImport(error);
      throw error;
    }
  }

  /** vitest's own field, in which it keeps the clock of what it runs. */
  get _deadline(): unknown {
    return this.#deadline;
  }

  set _deadline(deadline: unknown) {
    this.#deadline = deadline;
    if (this.#test !== undefined) keepSuspended(this.#test);
  }
}
