import { type Death, unlessHealthy } from "./death.ts";

export const sanitizers: readonly Death[] = [
  {
    pattern: unlessHealthy(
      String.raw`(?:==\d+==\s?ERROR: \w+Sanitizer: |\S{1,200}:\d+:\d+: runtime error: |(?:UBSAN|UBSan|KASAN|KASan|KMSAN|KCSAN|ASAN)(?: (?:[Ee]rror|ERROR|[Vv]iolation))?: (?!.*\b(?:initiali[sz]ed|enabled|disabled|ready)\b)\S)`,
    ),
    marks: ["sanitizer"],
    source: "LLVM compiler-rt lib/ubsan/ubsan_diag.cpp, lib/asan/asan_report.cpp; kernels' own",
  },
];
