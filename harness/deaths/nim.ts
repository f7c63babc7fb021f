import { atHead, type Death } from "./death.ts";

export const nim: readonly Death[] = [
  {
    pattern: atHead("Error: unhandled exception: "),
    marks: ["exception"],
    source: "Nim lib/system/excpt.nim",
  },
];
