/** illumos and XNU, which say where a panic came from before what it is. */
import { atHead, type Death } from "./death.ts";

export const illumos: readonly Death[] = [
  {
    pattern: atHead(String.raw`panic\[cpu\d+\]\/thread=`),
    marks: ["panic"],
    source: "illumos uts/common/os/panic.c, panicsys()",
    says: ["panic[cpu0]/thread=fffffffffbc2f6e0: cannot mount root"],
    quiet: ["panic[cpu] is a field", "see panic[cpu0]/thread=0"],
  },
  {
    pattern: atHead(String.raw`panic ?\((?:cpu \d+ )?caller 0x`),
    marks: ["panic"],
    source: "XNU osfmk/kern/debug.c; Little Kernel and Zircon top/debug.c",
    says: [
      'panic(cpu 0 caller 0xffffff8012345678): "no root"@bsd/vfs.c:12',
      "panic (caller 0xffffffff80101234): out of memory",
      "panic (caller 0xffffffff80101234 frame 0xffffff8012345678): out of memory",
    ],
    quiet: ['panic("bad magic");', "void panic(const char *format, ...)"],
  },
];
