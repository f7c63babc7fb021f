import { defineConfig } from "vitest/config";
import { bringup } from "./harness/plugin/index.ts";

const conditions = ["bringup-source"];

export default defineConfig({
  plugins: [bringup({ junit: "reports/junit.xml" })],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
  },
});
