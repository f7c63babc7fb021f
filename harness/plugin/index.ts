export { BuildError } from "../evidence/index.ts";
export type { BuildOption } from "./build-steps.ts";
export { JunitReporter, type JunitReporterOptions } from "./junit-reporter.ts";
export type { BringupOptions } from "./options.ts";
export { bringup } from "./plugin.ts";
