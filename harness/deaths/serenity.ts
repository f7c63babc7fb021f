import { atHead, type Death } from "./death.ts";

export const serenity: readonly Death[] = [
  {
    pattern: atHead(String.raw`KERNEL PANIC(?:! :\^\(| in )`),
    marks: ["panic"],
    source: "Kernel/Library/Panic.h, PANIC()",
    says: ["[#0 init(1:1)]: KERNEL PANIC! :^(", "KERNEL PANIC in pre_init :^("],
    quiet: ["a KERNEL PANIC! :^( is a panic"],
    reason: { first: /\S/ },
  },
  {
    pattern: atHead(String.raw`CRASH: CPU #\d+ .{1,200} in (?:kernel|Kernel)\s*$`),
    marks: ["end"],
    source: "Kernel/Tasks/CrashHandler.cpp, handle_crash()",
    says: ["[#0 init(1:1)]: CRASH: CPU #0 Page Fault in kernel"],
    quiet: ["[#0 test(9:9)]: CRASH: CPU #0 Page Fault in userspace"],
  },
];
