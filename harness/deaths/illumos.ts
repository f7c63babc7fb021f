/** illumos and XNU, which say where a panic came from before what it is. */
import { atHead, type Death } from "./death.ts";

export const illumos: readonly Death[] = [
  {
    pattern: atHead(String.raw`panic\[cpu\d+\]\/thread=`),
    marks: ["panic"],
    source: "illumos uts/common/os/panic.c, panicsys()",
  },
  {
    pattern: atHead(String.raw`panic ?\((?:cpu \d+ )?caller 0x`),
    marks: ["panic"],
    source: "XNU osfmk/kern/debug.c; Little Kernel and Zircon top/debug.c",
  },
];
