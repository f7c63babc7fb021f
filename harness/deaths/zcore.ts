/** zCore. */
import { anyReason, atHead, type Death } from "./death.ts";

export const zCore: readonly Death[] = [
  {
    pattern: atHead(String.raw`panic cpu=\d`),
    marks: ["panic"],
    source: "zCore zCore/src/lang.rs, panic()",
    reason: anyReason,
  },
];
