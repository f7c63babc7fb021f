/** Run-time systems of other languages, where they are the kernel or all that runs on it. */
import { atHead, type Death, unlessHealthy } from "./death.ts";

export const languages: readonly Death[] = [
  {
    pattern:
      /(?:^|[\]:>] ?)terminate called (?:after throwing|without an active|recursively)|(?:^|\s)libc\+\+abi: terminating /m,
    marks: ["end"],
    source: "libstdc++ libsupc++/vterminate.cc; libc++abi src/cxa_default_handlers.cpp",
    reason: { first: /^\s+what\(\): / },
  },
  {
    pattern: atHead(String.raw`fatal error: (?!.*: No such file)(?=\S)`),
    marks: ["fatal"],
    source: "Go src/runtime/panic.go, fatalthrow()",
  },
  {
    pattern: atHead(
      String.raw`(?:Execution of \S.* terminated by unhandled exception|Error: unhandled exception: )`,
    ),
    marks: ["exception"],
    source: "GNAT a-exextr.adb; Nim lib/system/excpt.nim",
    reason: { first: /^raised / },
  },
  {
    pattern: /(?:^|[\]:] ?)\*\*\* (?:stack smashing|buffer overflow) detected \*\*\*/m,
    marks: ["banner"],
    source: "glibc debug/fortify_fail.c",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:==\d+==\s?ERROR: \w+Sanitizer: |\S{1,200}:\d+:\d+: runtime error: |(?:UBSAN|UBSan|KASAN|KASan|KMSAN|KCSAN|ASAN)(?: (?:[Ee]rror|ERROR|[Vv]iolation))?: (?!.*\b(?:initiali[sz]ed|enabled|disabled|ready)\b)\S)`,
    ),
    marks: ["sanitizer"],
    source: "LLVM compiler-rt lib/ubsan/ubsan_diag.cpp, lib/asan/asan_report.cpp; kernels' own",
  },
];
