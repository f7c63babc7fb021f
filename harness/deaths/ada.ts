import { atHead, type Death } from "./death.ts";

export const ada: readonly Death[] = [
  {
    pattern: atHead(String.raw`Execution of \S.* terminated by unhandled exception`),
    marks: ["exception"],
    source: "GNAT a-exextr.adb",
    reason: { first: /^raised / },
  },
];
