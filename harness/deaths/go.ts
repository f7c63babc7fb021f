import { atHead, type Death } from "./death.ts";

export const go: readonly Death[] = [
  {
    pattern: atHead(String.raw`fatal error: (?!.*: No such file)(?=\S)`),
    marks: ["fatal"],
    source: "Go src/runtime/panic.go, fatalthrow()",
  },
];
