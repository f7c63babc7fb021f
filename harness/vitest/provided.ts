/** What travels between vitest's processes under bringup's name. */
import type { TestRecord } from "../evidence/index.ts";
import type { RunSettings } from "../machine/index.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** From the plugin to every test process. */
    bringup: RunSettings;
  }
  export interface TaskMeta {
    /** From a test to the reporters. */
    bringup?: TestRecord;
  }
}
