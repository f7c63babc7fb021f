export { BuildError } from "./build.ts";
export { JunitReporter, type JunitReporterOptions } from "./junit-reporter.ts";
export type { BringupOptions } from "./options.ts";
export { bringup } from "./plugin.ts";
