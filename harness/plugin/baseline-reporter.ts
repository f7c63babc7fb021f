/** Tells which screenshots have become baselines, as vitest does of its own snapshots. */
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";
import type { BaselineRecord, TestRecord } from "../evidence/index.ts";
import { printable } from "../text/index.ts";
import { shortPath } from "./failure-report.ts";

/**
 * A baseline is a verdict on all later runs, and so none comes or changes without a word: at the
 * end of the run, on stderr, because stdout may be a report in JSON.
 */
export class BaselineReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    // Tests may share a baseline.
    const changes = new Map(tests.flatMap(baselinesOf).map((one) => [one.path, one]));
    if (this.#vitest === undefined || changes.size === 0) return;
    const { config, logger } = this.#vitest;
    logger.error(printable(announcement([...changes.values()], config.root)));
  }
}

function announcement(changes: readonly BaselineRecord[], root: string): string {
  const count = (wanted: BaselineRecord["change"]) =>
    changes.filter(({ change }) => change === wanted).length;
  const written = count("written");
  const updated = count("updated");
  const counts = [
    ...(written === 0 ? [] : [`${written} ${written === 1 ? "baseline" : "baselines"} written`]),
    ...(updated === 0 ? [] : [`${updated} ${updated === 1 ? "baseline" : "baselines"} updated`]),
  ];
  const lines = changes.map(({ change, path }) => `  ${change}: ${shortPath(path, root)}`);
  return [`bringup: ${counts.join(", ")}`, ...lines, ""].join("\n");
}

function baselinesOf(test: TestCase): readonly BaselineRecord[] {
  const { bringup } = test.meta() as { readonly bringup?: TestRecord };
  return Array.isArray(bringup?.baselines) ? bringup.baselines : [];
}
