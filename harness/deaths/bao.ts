import { atHead, type Death } from "./death.ts";

export const bao: readonly Death[] = [
  {
    pattern: atHead(String.raw`BAO ERROR: \S`),
    marks: ["end"],
    source: "src/core/inc/bao.h, ERROR(), which stops the CPU",
  },
];
