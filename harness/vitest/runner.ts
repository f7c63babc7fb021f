/** vitest's runner, which also tells a test of vitest's own limits. The plugin sets it. */
import { type RunnerTestCase, TestRunner, type TestTryOptions } from "vitest";
import { keepSuspended, setDeadlines } from "./deadlines.ts";

export default class BringupRunner extends TestRunner {
  #deadline: unknown;
  #test: RunnerTestCase | undefined;

  override onBeforeTryTask(test: RunnerTestCase, options: TestTryOptions): void {
    super.onBeforeTryTask(test, options);
    this.#test = test;
    setDeadlines(test, () => this.#deadline);
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
