import { bringup } from "bringup/vitest";
import { defineConfig } from "vitest/config";
import { DemoReporter } from "./reporter.ts";

const conditions = ["bringup-source"];

export default defineConfig({
  plugins: [bringup({ junit: process.env.DEMO_JUNIT ?? "reports/junit.xml" })],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["demo/*.test.ts"],
    reporters: [new DemoReporter()],
  },
});
