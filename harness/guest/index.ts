export { type ArmAttributes, readArmAttributes } from "./arm-attributes.ts";
export { type CortexMProgram, looksLikeVectorTable, readCortexM } from "./arm-profile.ts";
export { codeFrame } from "./code-frame.ts";
export { findDeadHalt, type HaltJudgement } from "./dead-halt.ts";
export { type CpuSurroundings, deafInstructionSet } from "./deaf-cpu.ts";
export {
  type Elf,
  type ElfSegment,
  isElf,
  loadedSegments,
  readElf,
  segmentType,
} from "./elf.ts";
export { type ByteSource, bufferSource, ElfError, fileSource } from "./elf-bytes.ts";
export { readNotes } from "./elf-notes.ts";
export { isEndlessLoop, loopReachBytes } from "./endless-loop.ts";
export { portWriteCodeBytes, standsBehindPortWrite } from "./port-write.ts";
export { type CpuRegisters, parseRegisters, type RegisterFormat } from "./registers.ts";
export { readRiscvArchitecture } from "./riscv-attributes.ts";
export { findSemihostingCall } from "./semihosting-call.ts";
export {
  type StoppingInstruction,
  stoppingCodeBytes,
  stoppingInstruction,
} from "./stopping-code.ts";
export { openSymbols, type SymbolLocation, type Symbols } from "./symbols.ts";
export { wakingPin, wakingVector } from "./wake-sources.ts";
export { explainX86Fault, type X86Fault } from "./x86-fault.ts";
