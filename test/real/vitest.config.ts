import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { bringup } from "../../harness/plugin/index.ts";

const conditions = ["bringup-source"];

/** Real operating systems and firmware: `npm run test:real`. */
export default defineConfig({
  plugins: [bringup({ junit: "reports/junit-real.xml" })],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: join(import.meta.dirname, "../.."),
    include: ["test/real/*.test.ts"],
    // Fetching counts to the test that is the first to need it.
    testTimeout: 900_000,
    maxWorkers: 2,
  },
});
