/** Run-time systems of other languages, where they are the kernel or all that runs on it. */
import { atHead, type Death, unlessHealthy } from "./death.ts";

export const languages: readonly Death[] = [
  {
    pattern:
      /(?:^|[\]:>] ?)terminate called (?:after throwing|without an active|recursively)|(?:^|\s)libc\+\+abi: terminating /m,
    marks: ["end"],
    source: "libstdc++ libsupc++/vterminate.cc; libc++abi src/cxa_default_handlers.cpp",
    says: [
      "terminate called after throwing an instance of 'std::runtime_error'",
      "terminate called without an active exception",
      "libc++abi: terminating due to uncaught exception of type int",
    ],
    quiet: ["the thread was terminated", "terminate called: never", "terminating the shell"],
    reason: { first: /^\s+what\(\): / },
  },
  {
    pattern: atHead(String.raw`fatal error: (?!.*: No such file)(?=\S)`),
    marks: ["fatal"],
    source: "Go src/runtime/panic.go, fatalthrow()",
    says: [
      "fatal error: all goroutines are asleep - deadlock!",
      "fatal error: unexpected signal during runtime execution",
    ],
    quiet: [
      "x.c:1:10: fatal error: x.h: No such file or directory",
      "fatal error: x.h: No such file or directory",
      "fatal errors: 0",
    ],
  },
  {
    pattern: atHead(
      String.raw`(?:Execution of \S.* terminated by unhandled exception|Error: unhandled exception: )`,
    ),
    marks: ["exception"],
    source: "GNAT a-exextr.adb; Nim lib/system/excpt.nim",
    says: [
      "Execution of main terminated by unhandled exception",
      "Error: unhandled exception: index 3 not in 0 .. 2 [IndexDefect]",
    ],
    quiet: ["unhandled exceptions: 0"],
    reason: { first: /^raised / },
  },
  {
    pattern: /(?:^|[\]:] ?)\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*/m,
    marks: ["banner"],
    source: "glibc debug/fortify_fail.c",
    says: ["*** stack smashing detected ***: terminated", "*** buffer overflow detected ***"],
    quiet: ["*** stack protector enabled ***", "stack smashing detected: 0"],
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:==\d+==\s?ERROR: \w+Sanitizer: |\S{1,200}:\d+:\d+: runtime error: |(?:UBSAN|UBSan|KASAN|KASan|KMSAN|KCSAN|ASAN)(?: (?:[Ee]rror|ERROR|[Vv]iolation))?: (?!.*\b(?:initiali[sz]ed|enabled|disabled|ready)\b)\S)`,
    ),
    marks: ["sanitizer"],
    source: "LLVM compiler-rt lib/ubsan/ubsan_diag.cpp, lib/asan/asan_report.cpp; kernels' own",
    says: [
      "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010",
      "kernel/heap.c:12:3: runtime error: signed integer overflow: 1 + 2147483647",
      "UBSAN: type mismatch at kernel/heap.c:12",
      "KASAN: invalid write of 8 bytes at 0xffff800000001000",
    ],
    quiet: ["kasan: KernelAddressSanitizer initialized", "KASAN: enabled", "UBSAN: initialized"],
  },
];
