import { atHead, type Death } from "./death.ts";

export const serenity: readonly Death[] = [
  {
    pattern: atHead(String.raw`KERNEL PANIC(?:! :\^\(| in )`),
    marks: ["panic"],
    source: "Kernel/Library/Panic.h, PANIC()",
    reason: { first: /\S/ },
  },
  {
    pattern: atHead(String.raw`CRASH: CPU #\d+ .{1,200} in (?:kernel|Kernel)\s*$`),
    marks: ["end"],
    source: "Kernel/Tasks/CrashHandler.cpp, handle_crash()",
  },
];
