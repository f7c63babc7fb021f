/** How our kernels end under TCG, on the machine that is chosen for them and on a PC. */
import { describe } from "vitest";
import { testEndings } from "./endings.ts";
import { useKernels } from "./machines.ts";

useKernels(
  ...["dead-halt", "exit-code", "hello", "idle", "page-fault", "panic", "panic-reset"],
  ...["power-off", "reset", "reset-loop", "spin", "triple-fault"],
);

describe("microvm", () => {
  testEndings({ machine: "microvm" });
});
