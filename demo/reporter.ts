/** Tells the demo as it happens: one block for each machine, from annotations and records. */
import { styleText } from "node:util";
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from "vitest/node";
import type { TestRecord } from "../harness/evidence/index.ts";
import { excerpt, field, machineLines, seconds } from "./format.ts";

/** The demo's reporter. Colours are for terminals; a log gets plain text. */
export class DemoReporter implements Reporter {
  readonly #print: (text: string) => void;
  #root = process.cwd();
  #ordinal = 0;

  /** @param print takes one or more whole lines without the last newline. */
  constructor(print: (text: string) => void = (text) => console.log(text)) {
    this.#print = print;
  }

  onInit(vitest: Pick<Vitest, "config">): void {
    this.#root = vitest.config.root;
  }

  onTestCaseReady(test: Pick<TestCase, "name" | "result">): void {
    // By a filter on names: it has not been asked for, and says nothing.
    if (test.result().state === "skipped") return;
    this.#ordinal += 1;
    this.#print(`\n${styleText("bold", `${this.#ordinal}. ${test.name}`)}`);
  }

  onTestCaseAnnotate(
    _test: TestCase,
    { message, type }: { readonly message: string; readonly type: string },
  ): void {
    this.#print(styleText("cyan", excerpt(type, message)));
  }

  onTestCaseResult(test: Pick<TestCase, "result" | "diagnostic" | "meta">): void {
    if (test.result().state === "skipped") return;
    const { bringup } = test.meta() as { readonly bringup?: TestRecord };
    const machines = bringup?.attempts.flatMap((attempt) => attempt.machines) ?? [];
    for (const record of machines) {
      this.#print(styleText("dim", machineLines(record, this.#root).join("\n")));
    }
    const { errors, state } = test.result();
    const colour = state === "passed" ? "green" : "red";
    const took = seconds(test.diagnostic()?.duration ?? 0);
    this.#print(styleText(colour, field("verdict", `${state} in ${took}`)));
    this.#printErrors(errors ?? []);
  }

  onTestRunEnd(
    modules: readonly Pick<TestModule, "errors">[],
    unhandledErrors: readonly SerializedError[],
  ): void {
    this.#printErrors([...modules.flatMap((module) => module.errors()), ...unhandledErrors]);
  }

  #printErrors(errors: readonly { readonly message: string }[]): void {
    for (const { message } of errors) this.#print(`\n${message}`);
  }
}
