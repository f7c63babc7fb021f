/** Looks at a guest that stands still, or holds it for a moment: where is it, and why there? */
import type { FaultCause, GuestLocation } from "../evidence/index.ts";
import {
  type CpuRegisters,
  codeFrame,
  explainX86Fault,
  type HaltJudgement,
  openSymbols,
  parseRegisters,
  portWriteCodeBytes,
  type RegisterFormat,
  type StoppingInstruction,
  type Symbols,
  standsBehindPortWrite,
  stoppingCodeBytes,
  stoppingInstruction,
} from "../guest/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import { judgeHalt } from "./halt-look.ts";

/** Milliseconds that QEMU may take for each question. */
const questionMs = 1_000;

export interface AutopsyOptions {
  readonly arch: string;
  readonly registers: RegisterFormat;
  readonly qmp: QmpClient;
  readonly accelerator: string;
  /** Arm: the highest exception level that the CPUs have, if that is known. */
  readonly highestLevel: 1 | 2 | 3 | undefined;
  /** Whether a watchdog that runs out sends an NMI. */
  readonly hasNmiWatchdog: boolean;
  /** ELF with the guest's symbols. */
  readonly symbols: string | undefined;
  /** When the kernel was built, in milliseconds since 1970. */
  readonly builtAtMs: number | undefined;
}

/** CPUs that are looked at for one that is in the guest's own code. */
const mostLocated = 16;

const noSymbols = "no symbols are known of this guest: give its kernel's ELF file as symbols";

/** RFLAGS.RF. */
const resumeFlag = 1n << 16n;

/** Reads registers and names places. Nothing here throws: what cannot be read is unknown. */
export class Autopsy {
  readonly #options: AutopsyOptions;
  readonly #symbols: Symbols | undefined;
  readonly #located = new Map<string, Promise<GuestLocation>>();

  constructor(options: AutopsyOptions) {
    this.#options = options;
    if (options.symbols !== undefined) this.#symbols = openSymbols(options.symbols);
  }

  /** Registers of every CPU; empty if QEMU does not answer. */
  async registers(): Promise<CpuRegisters[]> {
    const text = await this.#monitor("info registers -a");
    return text === undefined ? [] : parseRegisters(this.#options.registers, text);
  }

  /** Whether every started CPU halts, or jumps in place, for good. */
  async judgeHalt(): Promise<{ judgement: HaltJudgement; registers: CpuRegisters[] }> {
    const registers = await this.registers();
    const look = {
      ...this.#options,
      format: this.#options.registers,
      code: this.#code.bind(this),
      monitor: this.#monitor.bind(this),
    };
    return { judgement: await judgeHalt(look, registers), registers };
  }

  /**
   * Where the guest is, and whether it is seen to sleep there: where QEMU does not show that a CPU
   * is halted, one that stands right behind a `wfi` is. With several CPUs it is not said, for the
   * others may be at work; and the first that is in the guest's own code tells where it is, for
   * firmware may have kept the one before.
   */
  async look(): Promise<{ at: GuestLocation | undefined; isIdle: boolean }> {
    const registers = await this.registers();
    const started = registers.filter((cpu) => cpu.started !== false);
    const [first] = started;
    const stoppedBy = await this.#stoppedBy(first);
    const isIdle = stoppedBy?.isSleep === true && registers.length === 1;
    const at = await this.#locate(first, stoppedBy);
    if (at === undefined || at.symbol !== undefined) return { at, isIdle };
    for (const cpu of started.slice(1, mostLocated)) {
      const other = await this.locate(cpu);
      if (other?.symbol !== undefined) return { at: other, isIdle };
    }
    return { at, isIdle };
  }

  /** Where a CPU is, with file and line as far as the symbols tell. */
  async locate(registers: CpuRegisters | undefined): Promise<GuestLocation | undefined> {
    return await this.#locate(registers, await this.#stoppedBy(registers));
  }

  /** Where a CPU was when it wrote to the device that has stopped it. */
  async locateWrite(registers: CpuRegisters | undefined): Promise<GuestLocation | undefined> {
    const stoppedBy = await this.#stoppedBy(registers);
    return await this.#locate(registers, stoppedBy, await this.#isBehindPortWrite(registers));
  }

  async #locate(
    registers: CpuRegisters | undefined,
    stoppedBy: StoppingInstruction | undefined,
    isBehindWrite = false,
  ): Promise<GuestLocation | undefined> {
    const address = registers?.instructionPointer;
    if (registers === undefined || address === undefined) return undefined;
    const after = registers.halted === true || stoppedBy !== undefined || isBehindWrite;
    const key = `${registers.cpu} ${address} ${after}`;
    let located = this.#located.get(key);
    if (located === undefined) {
      located = this.#name(registers.cpu, address, after);
      this.#located.set(key, located);
    }
    return await located;
  }

  /** What a CPU executed last, where that stops it and QEMU does not show whether it has. */
  async #stoppedBy(cpu: CpuRegisters | undefined): Promise<StoppingInstruction | undefined> {
    const address = cpu?.instructionPointer;
    if (cpu === undefined || cpu.halted !== undefined || address === undefined) return undefined;
    if (address < stoppingCodeBytes) return undefined;
    const start = address - BigInt(stoppingCodeBytes);
    const code = await this.#code(cpu.cpu, start, stoppingCodeBytes);
    return code && stoppingInstruction(this.#options.arch, Uint8Array.from(code));
  }

  async #isBehindPortWrite(cpu: CpuRegisters | undefined): Promise<boolean> {
    const address = cpu?.instructionPointer;
    if (cpu === undefined || address === undefined || !this.#isX86()) return false;
    if (address < portWriteCodeBytes) return false;
    const start = address - BigInt(portWriteCodeBytes);
    const code = await this.#code(cpu.cpu, start, portWriteCodeBytes);
    return code !== undefined && standsBehindPortWrite(Uint8Array.from(code));
  }

  #isX86(): boolean {
    return this.#options.registers === "x86";
  }

  /** The CPU that could not deliver an exception, and which; `undefined` where none is proved. */
  async findFault(
    registers: readonly CpuRegisters[],
  ): Promise<{ cpu: CpuRegisters; fault: FaultCause } | undefined> {
    const found: { cpu: CpuRegisters; fault: FaultCause }[] = [];
    for (const cpu of this.#isX86() ? registers.filter(({ started }) => started !== false) : []) {
      const fault = await explainX86Fault(cpu, {
        linear: (address, count) => this.#code(cpu.cpu, address, count),
        physical: (address, count) =>
          this.#bytes(`xp/${count}xb 0x${address.toString(16)}`, cpu.cpu, count),
        pic: async () => (await this.#monitor("info pic")) ?? "",
      });
      if (fault !== undefined) found.push({ cpu, fault });
    }
    return found.length === 1 ? found[0] : undefined;
  }

  /** Where CPU 0 was, by the registers that a QEMU which gave up has printed. */
  async locateDumped(text: string): Promise<GuestLocation | undefined> {
    return await this.locate(parseRegisters(this.#options.registers, text)[0]);
  }

  async #name(cpu: number, address: bigint, after: boolean): Promise<GuestLocation> {
    const place = { cpu, instructionPointer: `0x${address.toString(16)}` };
    if (this.#symbols === undefined) return { ...place, note: noSymbols };
    const found = await this.#symbols.locate(address, { after });
    if (found === undefined) return place;
    const { symbol, file, line, note } = found;
    const named = { ...place, ...(symbol === undefined ? {} : { symbol }) };
    if (file === undefined || line === undefined) {
      return { ...named, ...(note === undefined ? {} : { note }) };
    }
    const builtAtMs = this.#options.builtAtMs;
    const frame = await codeFrame(file, line, builtAtMs === undefined ? {} : { builtAtMs });
    const text = frame.text === undefined ? {} : { codeFrame: frame.text };
    return { ...named, file: frame.file, line, ...text };
  }

  /**
   * What a PC did last, where a hardware accelerator reports triple fault and reset alike.
   *
   * A fault sets RFLAGS.RF in the state that it would save (Intel SDM volume 3, 28.3.3), and a
   * device write does not; and most PCs are reset by an `out` instruction. `undefined` where
   * neither is so: a reset through memory, or registers that the accelerator has lost.
   */
  async lastAct(registers: readonly CpuRegisters[]): Promise<"fault" | "out" | undefined> {
    if (!this.#isX86()) return undefined;
    const live = registers.filter((cpu) => cpu.started !== false);
    if (
      live.some(
        (cpu) => ((cpu.values.get("rfl") ?? cpu.values.get("efl") ?? 0n) & resumeFlag) !== 0n,
      )
    )
      return "fault";
    for (const cpu of live) {
      const address = cpu.instructionPointer;
      if (address === undefined || address < 2n) continue;
      const code = await this.#code(cpu.cpu, address - 2n, 3);
      if (code !== undefined && standsAtOut(code)) return "out";
    }
    return undefined;
  }

  async #code(cpu: number, address: bigint, count: number): Promise<number[] | undefined> {
    const place = `0x${address.toString(16)}`;
    const virtual = await this.#bytes(`x/${count}xb ${place}`, cpu, count);
    if (virtual !== undefined) return virtual;
    // QEMU 10.0 translates no address from 2 GiB on of a 32-bit RISC-V guest for that question.
    const translated = await this.#monitor(`gva2gpa ${place}`, cpu);
    const physical = /^gpa: (0x[0-9a-f]+)/m.exec(translated ?? "")?.[1];
    if (physical === undefined) return undefined;
    return await this.#bytes(`xp/${count}xb ${physical}`, cpu, count);
  }

  async #bytes(line: string, cpu: number, count: number): Promise<number[] | undefined> {
    const text = await this.#monitor(line, cpu);
    const bytes = [...(text ?? "").matchAll(/0x([0-9a-f]{2})\b/g)].map(([, hex]) =>
      Number.parseInt(hex as string, 16),
    );
    return bytes.length === count ? bytes : undefined;
  }

  async #monitor(line: string, cpu?: number): Promise<string | undefined> {
    try {
      return await this.#options.qmp.execute(
        "human-monitor-command",
        { "command-line": line, ...(cpu === undefined ? {} : { "cpu-index": cpu }) },
        { timeoutMs: questionMs },
      );
    } catch {
      // QEMU is gone, or hangs: then nothing is known, and the caller says so.
      return undefined;
    }
  }
}

/** `code` is the two bytes before the instruction pointer and the one at it. */
function standsAtOut(code: readonly number[]): boolean {
  const [twoBefore, oneBefore, at] = code as [number, number, number];
  const immediate = (byte: number) => byte === 0xe6 || byte === 0xe7;
  const register = (byte: number) => byte === 0xee || byte === 0xef;
  return immediate(at) || register(at) || immediate(twoBefore) || register(oneBefore);
}
