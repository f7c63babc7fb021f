export * from "./vitest/index.ts";
