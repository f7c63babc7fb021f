/** How our kernels end under TCG, on a PC and on the machine that starts fastest. */
import { describe } from "vitest";
import { testEndings } from "./endings.ts";
import { useKernels } from "./machines.ts";

useKernels(
  ...["dead-halt", "exit-code", "hello", "idle", "page-fault", "panic", "panic-reset"],
  ...["power-off", "reset", "reset-loop", "spin", "triple-fault"],
);

describe("the machine that is chosen for them, a PC", () => {
  testEndings({ machine: "pc" });
});

describe("microvm", () => {
  testEndings({ machine: "microvm" });
});
