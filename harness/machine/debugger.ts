/** The command by which a person attaches gdb to a machine that waits for it. */
import { open } from "node:fs/promises";
import { ElfError, fileSource, readElf } from "../guest/index.ts";
import { shellCommand } from "../process/index.ts";
import { gdbSocket } from "./command-line.ts";

/** Where gdb is to attach, and what it is told of the guest. */
export interface DebuggedMachine {
  /** Suffix of the emulator. */
  readonly arch: string;
  /** ELF with the guest's symbols. */
  readonly symbols: string | undefined;
  readonly privateDirectory: string;
}

/** ELF numbers of x86 (`e_machine`). */
const x86Machines: readonly number[] = [3, 62];

/**
 * The lines that tell a person what to do. gdb takes the architecture of the symbols, and refuses
 * registers of another size: `qemu-system-x86_64` sends 64-bit ones also for 32-bit code (QEMU,
 * target/i386/gdbstub.c), and gdb then reads the stack of such code as if it were 64-bit.
 */
export async function debuggerLines(machine: DebuggedMachine): Promise<string[]> {
  const { arch, privateDirectory, symbols } = machine;
  const isNarrow = arch === "x86_64" && symbols !== undefined && (await isNarrowX86(symbols));
  const command = [
    "gdb",
    ...(symbols === undefined ? [] : [symbols]),
    ...(isNarrow ? ["-ex", "set architecture i386:x86-64"] : []),
    ...["-ex", `target remote ${gdbSocket(privateDirectory)}`],
  ];
  const advice = 'backtraces of 32-bit code come out right with arch: "i386" in the spec';
  return [shellCommand(command), ...(isNarrow ? [`(${advice})`] : [])];
}

/** Whether a file is a 32-bit x86 ELF; what is none at all is for gdb to complain about. */
async function isNarrowX86(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { bits, machine } = await readElf(fileSource(file, (await file.stat()).size));
    return bits === 32 && x86Machines.includes(machine);
  } catch (error) {
    if (error instanceof ElfError) return false;
    throw error;
  } finally {
    await file.close();
  }
}
