import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { bringup } from "./harness/plugin/index.ts";

const conditions = ["bringup-source"];
/** Folders whose files run whole projects, each for up to a minute. */
const slow = /\/test\/(?:e2e|docs|vitest|plugin)\//;

/** What takes longest begins first: a clone has no times of earlier runs to go by. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  plugins: [bringup({ junit: "reports/junit.xml" })],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    // They download: `npm run test:real`.
    exclude: ["test/real/**"],
    // A worker for each file would load the harness 230 times over, and tests keep no state in it.
    isolate: false,
    // More than the CPUs: half of the time a test waits for a guest.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: SlowFirst },
  },
});
