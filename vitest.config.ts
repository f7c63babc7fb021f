import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { bringup } from "./harness/plugin/index.ts";

const conditions = ["bringup-source"];

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
    // One fewer than the CPUs, vitest's own choice, would leave half of a small runner idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
