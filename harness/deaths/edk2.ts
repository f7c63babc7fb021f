import type { Death } from "./death.ts";

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
