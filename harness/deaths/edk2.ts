import type { Death } from "./death.ts";

export const edk2: readonly Death[] = [
  {
    pattern: /^ASSERT(?:_(?:EFI|RETURN)_ERROR | \[\w| [^\s()]+\(\d+\): )/m,
    marks: ["assert"],
    source: "MdePkg/Library/BaseDebugLibSerialPort/DebugLib.c, DebugAssert()",
  },
  {
    pattern: /!!!! [A-Za-z\d]+ Exception Type - /m,
    marks: ["exception"],
    source: "UefiCpuPkg/Library/CpuExceptionHandlerLib: IA32, X64, RISCV64, LoongArch64",
  },
  {
    pattern: /^(?:Synchronous|IRQ|FIQ|SError) Exception at 0x|Exception PC at 0x/m,
    marks: ["exception"],
    source: "ArmPkg/Library/DefaultExceptionHandlerLib; UefiCpuPkg CpuExceptionHandlerLib, AArch64",
  },
];
