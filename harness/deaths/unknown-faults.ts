/** Rules for the faults and failed assertions of kernels that nobody here has seen. */
import { type Death, message, unlessHealthy } from "./death.ts";

export const unknownFaults: readonly Death[] = [
  {
    pattern: unlessHealthy(
      String.raw`(?:(?:KERNEL|SYSTEM) (?:ERROR|CRASH|BUG|FAULT|OOPS|DEATH|ABORT)|Kernel (?:[Cc]rash|[Bb]ug|[Ff]ault|[Oo]ops)|(?:[Ff]atal|FATAL) (?:[Kk]ernel|[Ss]ystem) [Ee]rror|[Ss]ystem [Hh]alted)(?:[:!]${message}|!+[ \t]*$| at \S+:\d)`,
    ),
    marks: ["bug", "fault", "oops", "abort", "fatal", "halt", "end"],
    source: "kernels of tutorials: errors of the kernel",
  },
  {
    pattern: unlessHealthy(String.raw`BUG(?:!| at) \S{1,200}:\d`),
    marks: ["bug"],
    source: "kernels of tutorials: bugs at a place",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:FATAL|Fatal)(?: (?:ERROR|[Ee]rror|EXCEPTION|[Ee]xception|TRAP|[Tt]rap|FAULT|[Ff]ault))?(?: \d+)?[:!]${message}(?! (?:[Mm]odule|Could not load|[Ff]ailed to load module) )`,
    ),
    marks: ["fatal"],
    source:
      "kernels of tutorials; Swift stdlib/public/core/AssertCommon.swift; TF-M exception_info.c",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:[A-Z#]\w* )?(?:UNHANDLED|[Uu]nhandled|UNEXPECTED|Unexpected|UNCAUGHT|Uncaught|FATAL|Fatal|KERNEL|Kernel|UNRECOVERABLE|Unrecoverable|CPU) (?:\w+ )?(?:EXCEPTION|[Ee]xception|FAULT|[Ff]ault|ABORT|[Aa]bort|TRAP|[Tt]rap|[Pp]age [Ff]ault|PAGE FAULT)\b(?![^\n]*(?:\bhandle[rd]?\b|handling|\btable\b|\b(?:user|process|task|application|app)\b[^\n]*\bkilled|\bkilled (?:it|process|task)\b))(?:[ \t]*[:!(#\[,](?!\s*(?:0|none|never|on|off|ok|enabled|disabled)\b\s*$)(?=.*\S)|[ \t]+(?:at|in|from|on|with|while|code|type|number|cause|vector|0x|\d)|[.!]*[ \t]*$)`,
    ),
    marks: ["handle", "exception", "fault", "abort", "trap"],
    source: "kernels of tutorials; U-Boot arch/riscv/lib/interrupts.c; TF-A crash_reporting.S",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:(?:DOUBLE|TRIPLE|Double|Triple) (?:FAULT|[Ff]ault)|PAGE FAULT(?= at|!|:)|Page [Ff]ault(?=!)|(?:HARD|BUS|USAGE|MPU|Hard|Bus|Usage|MemManage) ?(?:FAULT|[Ff]ault)|(?:[Dd]ata|[Pp]refetch|[Ii]nstruction|[Aa]lignment|Synchronous|Asynchronous) (?:[Aa]bort|[Ee]xception|[Ff]ault)(?= at| from|:|!)|(?:GENERAL PROTECTION|General [Pp]rotection) (?:FAULT|[Ff]ault|EXCEPTION|[Ee]xception)|(?:EXCEPTION|Exception): (?!BREAKPOINT|Breakpoint|DEBUG|Debug|none|0\b)[A-Z#])(?:\b|(?<=[A-Z#]))(?!.*\b(?:handler|stack|installed|gate|IST)\b)(?:[ \t]*[:!(#\[,.]|[ \t]+(?:at|in|on|error|code|0x)\b|[\w *-]*$)`,
    ),
    marks: ["fault", "exception", "abort"],
    source: "kernels of tutorials (OSDev, blog_os); Zephyr arch/arm/core/cortex_m/fault.c",
  },
  {
    pattern: unlessHealthy(
      String.raw`.{0,200}(?:[Ee]xception|EXCEPTION|[Ee]rror|ERROR|[Ff]ault|FAULT|[Ff]atal|FATAL|[Pp]anic|PANIC|[Aa]bort|ABORT|overflow|smash\w*|BUG)\b.{0,80}\b(?:[Ss]ystem|SYSTEM|[Kk]ernel|KERNEL|CPU)(?: is)? (?:[Hh]alted|HALTED)`,
    ),
    marks: ["halt"],
    source:
      "Bran's Kernel Development tutorial, isrs.c; HelenOS kernel/arch/amd64/src/boot/multiboot.S",
  },
  {
    pattern: unlessHealthy(
      String.raw`(?:\S{1,80}:\d+:? )?(?:\(\w{1,60}\) )?(?:\S{1,80}: ){0,2}(?:(?:[Kk]ernel|KERNEL) )?(?:ASSERTION|[Aa]ssertion|ASSERT|[Aa]ssert)(?: [^:\n]{0,200}?| ?\(.{0,200}?\))? (?:FAILED|[Ff]ailed|FAIL|FAILURE|[Ff]ailure)(?:[:!,;.]${message}|[!.]+[ \t]*$|[ \t]+(?:at|in|on|@|\(|\[|'|"|\`|0x|file)|[ \t]*\(|[ \t]*\[|[ \t]*$)`,
    ),
    marks: ["assert"],
    source: "assert() of newlib, musl, glibc, the BSDs, and of kernels",
  },
  {
    pattern: unlessHealthy(
      String.raw`ASSERT(?:ION)?(?:!|:) (?:[\w./-]+:\d|[\w./-]+\.\w{1,4}\b|[Ff]ile |[Ll]ine \d)`,
    ),
    marks: ["assert"],
    source: "TF-A lib/libc/assert.c, common/aarch64/debug.S; FreeRTOS demos' vAssertCalled()",
  },
];
