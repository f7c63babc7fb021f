/** Firmware: edk2, U-Boot, OpenSBI, TF-A, OP-TEE, TF-M, coreboot, GRUB. */
import { atHead, type Death } from "./death.ts";

export const edk2: readonly Death[] = [
  {
    pattern: /^ASSERT(?:_(?:EFI|RETURN)_ERROR | \[\w| [^\s()]+\(\d+\): )/m,
    marks: ["assert"],
    source: "MdePkg/Library/BaseDebugLibSerialPort/DebugLib.c, DebugAssert()",
    says: [
      "ASSERT [DxeCore] MemoryPool.c(441): Head->Signature == 1",
      "ASSERT /edk2/MdeModulePkg/Core/Dxe/Mem/Pool.c(441): ((BOOLEAN)(0==1))",
      "ASSERT_EFI_ERROR (Status = Not Found)",
    ],
    quiet: ["ASSERT (expression): checks an expression", "ASSERT macros are compiled in"],
  },
  {
    pattern: /!!!! [A-Za-z\d]+ Exception Type - /m,
    marks: ["exception"],
    source: "UefiCpuPkg/Library/CpuExceptionHandlerLib: IA32, X64, RISCV64, LoongArch64",
    says: [
      "!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!",
      "!!!! RISCV64 Exception Type - 000000000000000F(EXCEPT_RISCV_STORE_ACCESS_PAGE_FAULT) !!!!",
      "!!!! LoongArch64 Exception Type - 02(store) !!!!",
    ],
    quiet: ["!!!! Exception Type table loaded"],
  },
  {
    pattern: /^(?:Synchronous|IRQ|FIQ|SError) Exception at 0x|Exception PC at 0x/m,
    marks: ["exception"],
    source: "ArmPkg/Library/DefaultExceptionHandlerLib; UefiCpuPkg CpuExceptionHandlerLib, AArch64",
    says: [
      "Synchronous Exception at 0x00000000BC1D3F10",
      "Data Abort Exception PC at 0x5F7D21C4  CPSR 0x60000033",
    ],
    quiet: ["Last Synchronous Exception at 0x0: none"],
  },
];

export const uBoot: readonly Death[] = [
  {
    pattern: /### ERROR ###/m,
    marks: ["banner"],
    source: "lib/hang.c, hang()",
    says: ["### ERROR ### Please RESET the board ###"],
    quiet: ["## ERRORS: 0", "### ERRORS"],
  },
  {
    pattern: /^"(?:Synchronous Abort|Error)" handler, esr 0x/m,
    marks: ["abort", "end"],
    source: "arch/arm/lib/interrupts_64.c",
    says: ['"Synchronous Abort" handler, esr 0x96000045, far 0x0'],
    quiet: ["handlers: Synchronous Abort, Error"],
  },
  {
    pattern: /^Unhandled exception: (?:Instruction|Illegal|Load|Store|Breakpoint|Environment)/m,
    marks: ["handle"],
    source: "arch/riscv/lib/interrupts.c, by the names of its exceptions",
    says: ["Unhandled exception: Illegal instruction", "Unhandled exception: Store/AMO page fault"],
    quiet: ["catches an Unhandled exception: never"],
  },
];

export const openSbi: readonly Death[] = [
  {
    pattern: /^sbi_trap_error(?:_one)?: hart\d/m,
    marks: ["trap"],
    source: "lib/sbi/sbi_trap.c, sbi_trap_error()",
    says: [
      "sbi_trap_error: hart0: trap handler failed (error -2)",
      "sbi_trap_error: hart0: trap0: mcause=0x0000000000000005 mtval=0x0",
    ],
    quiet: ["the sbi_trap_error: prefix"],
  },
];

export const trustedFirmware: readonly Death[] = [
  {
    pattern: atHead("PANIC (?:at PC : 0x|in EL3)"),
    marks: ["panic"],
    source: "TF-A common/aarch64/debug.S, common/aarch32/debug.S, bl31/aarch64/crash_reporting.S",
    says: ["PANIC at PC : 0x000000000e00f2a4", "PANIC in EL3."],
    quiet: ["PANIC at PC is a message", "a PANIC in EL3. is fatal"],
  },
  {
    pattern: /Unhandled (?:Exception|External Abort) (?:in|from|received on) \S*/m,
    marks: ["handle"],
    source: "TF-A bl31/aarch64/crash_reporting.S, plat/common/aarch64/plat_common.c",
    says: [
      "Unhandled Exception in EL3.",
      "ERROR:   Unhandled External Abort received on 0x80000000",
    ],
    quiet: ["an Unhandled Exception handler", "Unhandled Exceptions: 0"],
  },
  {
    pattern: atHead(String.raw`Panic (?:'.{0,200}' )?at \S{1,200}:\d+`),
    marks: ["panic"],
    source: "OP-TEE core/kernel/panic.c, __do_panic(), with the head of its trace",
    says: [
      "E/TC:0 0 Panic 'bad' at core/arch/arm/kernel/x.c:12 <f>",
      "E/TC:? 0 Panic at core/kernel/x.c:12 <f>",
    ],
    quiet: ["Panic 'x' is shown at the end", "I/TC: Panic hook at x"],
  },
  {
    pattern: /^E\/TC:\S+ (?:\d+ )?Core (?:data|prefetch|undef|sp)-?abort at address 0x/m,
    marks: ["abort"],
    source: "OP-TEE core/arch/arm/kernel/abort.c, print_abort()",
    says: ["E/TC:0 0 Core data-abort at address 0x8 (translation fault)"],
    quiet: ["E/TC:0 0 User mode data-abort at address 0x8 (translation fault)"],
  },
];

export const coreboot: readonly Death[] = [
  {
    pattern: atHead("ASSERTION ERROR: file '"),
    marks: ["assert"],
    source: "src/include/assert.h, ASSERT()",
    says: [
      "ASSERTION ERROR: file 'src/lib/x.c', line 12",
      "[EMERG]  ASSERTION ERROR: file 'x', line 1",
    ],
    quiet: ["ASSERTION ERRORS: 0", "no ASSERTION ERROR: fine"],
  },
  {
    pattern: /^(?:\[\w+\] +)?(?:CPU Index [\dA-F]+ - APIC \d+ )?Unexpected Exception:?/m,
    marks: ["exception"],
    source: "src/arch/x86/exception.c, x86_exception()",
    says: ["CPU Index 0 - APIC 0 Unexpected Exception:6 @ 10:00105f2a - Halting"],
    quiet: ["an Unexpected Exception: fine"],
  },
];

export const bootLoaders: readonly Death[] = [
  {
    pattern: /^GRUB has not booted the kernel/m,
    marks: ["end"],
    source: "our own script of GRUB, where GRUB refuses the kernel",
    says: ["GRUB has not booted the kernel"],
    quiet: ["GRUB has booted the kernel"],
  },
  {
    pattern: atHead(String.raw`PANIC: (?=\S)(?!\d+\s*$|none|disabled|enabled)`),
    marks: ["panic"],
    source: "Limine common/lib/panic.s2.c",
    says: ["PANIC: limine: could not find kernel"],
    quiet: ["PANIC: 0", "a PANIC: x"],
  },
];
