/** Text of QEMU's monitor command `info registers -a` → registers of every CPU. */

/** The registers of one CPU at one moment. */
export interface CpuRegisters {
  /** Index of the CPU, as QEMU counts them. */
  readonly cpu: number;
  /**
   * Address of the next instruction; linear on x86 (CS base + IP). `undefined` where the text of
   * this architecture has no program counter that we know. A halted CPU points *behind* its `hlt`
   * or `wfi`.
   */
  readonly instructionPointer: bigint | undefined;
  /** Whether the CPU sleeps in `hlt`. QEMU shows it on x86 only. */
  readonly halted: boolean | undefined;
  /** Whether the CPU takes maskable interrupts; `undefined` where the text does not tell. */
  readonly interruptsEnabled: boolean | undefined;
  /** `false` for an x86 CPU that still waits for its start-up interrupt. */
  readonly started: boolean | undefined;
  /**
   * By lower-case name ("rax", "cs.base", "x0", "a0"); on minor architectures just "pc", and what
   * says whether interrupts are taken ("msr" of PowerPC, "status" of MIPS).
   */
  readonly values: ReadonlyMap<string, bigint>;
}

/** How QEMU writes registers of a CPU, and what they are called. */
export type RegisterFormat = "x86" | "arm" | "riscv" | "program counter";

/** More CPUs than any machine of QEMU 7.2 has: what follows in the text is not read. */
const cpusLimit = 4096;

/**
 * Parses what `info registers -a` (or `info registers`, which is CPU 0) prints. Never throws: text
 * that is none of QEMU's gives an empty array, a register that is not shown is not in `values`.
 *
 * The formats are those of `*_cpu_dump_state` in QEMU's `target/`, recorded from QEMU 7.2.
 */
export function parseRegisters(format: RegisterFormat, text: string): CpuRegisters[] {
  return splitByCpu(text)
    .map(({ cpu, body }) => parseCpu(format, cpu, body))
    .filter(
      ({ values, instructionPointer }) => values.size > 0 || instructionPointer !== undefined,
    );
}

function splitByCpu(text: string): { cpu: number; body: string }[] {
  const parts = text.replaceAll("\r\n", "\n").split(/^CPU#(\d{1,6})[ \t]*$/m, cpusLimit * 2 + 1);
  if (parts.length === 1) return [{ cpu: 0, body: text }];
  const cpus: { cpu: number; body: string }[] = [];
  for (let index = 1; index + 1 < parts.length; index += 2) {
    cpus.push({ cpu: Number(parts[index]), body: parts[index + 1] ?? "" });
  }
  return cpus;
}

function parseCpu(format: RegisterFormat, cpu: number, body: string): CpuRegisters {
  switch (format) {
    case "x86":
      return parseX86(cpu, body);
    case "arm":
      return parseArm(cpu, body);
    case "riscv":
      return parseRiscv(cpu, body);
    case "program counter":
      return parseOther(cpu, body);
  }
}

/** A segment is "CS =selector base limit flags"; a descriptor table has base and limit alone. */
const segmentPattern = new RegExp(
  "^([C-GS]S|LDT|TR|GDT|IDT) *=(?:([0-9a-f]{4}) )?" +
    " *([0-9a-f]{8,16}) ([0-9a-f]{8})(?: ([0-9a-f]{8}))?\\b",
  "gm",
);

function parseX86(cpu: number, body: string): CpuRegisters {
  const values = new Map<string, bigint>();
  for (const [, name, number] of body.matchAll(
    /\b([RE][A-Z]{2}|R\d{1,2}|[CD]R\d|EFER|CPL|II|A20|SMM|HLT|MXCSR) ?=([0-9a-f]{1,16})\b/g,
  )) {
    values.set(name?.toLowerCase() ?? "", hexadecimal(number));
  }
  for (const [, name, selector, base, limit, flags] of body.matchAll(segmentPattern)) {
    const key = name?.toLowerCase() ?? "";
    if (selector !== undefined) values.set(key, hexadecimal(selector));
    values.set(`${key}.base`, hexadecimal(base));
    values.set(`${key}.limit`, hexadecimal(limit));
    if (flags !== undefined) values.set(`${key}.flags`, hexadecimal(flags));
  }
  for (const [, name, words] of body.matchAll(
    /\b([XYZ]MM\d\d)=([0-9a-f]{16}(?: [0-9a-f]{16})+)/g,
  )) {
    values.set(name?.toLowerCase() ?? "", hexadecimal(words?.replaceAll(" ", "")));
  }
  const flags = values.get("rfl") ?? values.get("efl");
  const halted = values.get("hlt");
  const instructionPointer = linearInstructionPointer(values);
  return {
    cpu,
    instructionPointer,
    halted: halted === undefined ? undefined : halted === 1n,
    interruptsEnabled: flags === undefined ? undefined : (flags & 0x200n) !== 0n,
    started: instructionPointer === undefined ? undefined : cpu === 0 || !isAtReset(values),
    values,
  };
}

/** In 64-bit code the base of CS counts as zero; everywhere else it is added (mod 2^32). */
function linearInstructionPointer(values: ReadonlyMap<string, bigint>): bigint | undefined {
  const wide = values.get("rip");
  if (wide !== undefined) return wide;
  const narrow = values.get("eip");
  return narrow === undefined ? undefined : (narrow + (values.get("cs.base") ?? 0n)) & 0xffffffffn;
}

/**
 * A CPU that waits for its start-up interrupt sits where a reset put it: F000:FFF0 with the base
 * FFFF0000, in real mode (Intel SDM volume 3, table 10-1). QEMU shows HLT=1 there under TCG and
 * HLT=0 under KVM, so HLT cannot tell.
 */
function isAtReset(values: ReadonlyMap<string, bigint>): boolean {
  return (
    values.get("eip") === 0xfff0n &&
    values.get("cs.base") === 0xffff0000n &&
    ((values.get("cr0") ?? 0n) & 1n) === 0n
  );
}

function parseArm(cpu: number, body: string): CpuRegisters {
  const values = new Map<string, bigint>();
  // Vector registers are several words joined by colons, the highest first.
  for (const [, name, words] of body.matchAll(
    /\b([A-Za-z]{1,6}\d{0,2})=([0-9a-f]{4,16}(?::[0-9a-f]{16})*)(?![0-9a-f])/g,
  )) {
    values.set(name?.toLowerCase() ?? "", hexadecimal(words?.replaceAll(":", "")));
  }
  const instructionPointer = values.get("pc") ?? values.get("r15");
  // Bit 7 is the mask of ordinary interrupts in PSTATE and CPSR; M-profile has it elsewhere.
  const state = values.get("pstate") ?? values.get("psr");
  return {
    cpu,
    instructionPointer,
    halted: undefined,
    interruptsEnabled: state === undefined ? undefined : (state & 0x80n) === 0n,
    started: undefined,
    values,
  };
}

function parseRiscv(cpu: number, body: string): CpuRegisters {
  const values = new Map<string, bigint>();
  for (const [, name, number] of body.matchAll(
    /(?<=^|\s)([a-z][a-z0-9]*(?:\/[a-z0-9]+)?)\s+([0-9a-f]{8,16})(?=\s|$)/g,
  )) {
    // "x10/a0" is one register under two names.
    for (const alias of name?.split("/") ?? []) values.set(alias, hexadecimal(number));
  }
  return {
    cpu,
    instructionPointer: values.get("pc"),
    halted: undefined,
    // mstatus.MIE and SIE count only together with the privilege level, which is not shown.
    interruptsEnabled: undefined,
    started: undefined,
    values,
  };
}

/** Program counters of the remaining targets: "PC=", "pc: ", "PC  ", PowerPC's NIP, s390x's PSW. */
const otherProgramCounters = [
  /\b(?:pc|nip)\s{0,8}[=: ]\s{0,8}(?:0x)?([0-9a-f]{4,16})\b/i,
  /\bPSW=mask [0-9a-f]{16} addr ([0-9a-f]{16})\b/,
];

/** The registers of the remaining targets that say whether interrupts are taken. */
const otherStates = { msr: /\bMSR ([0-9a-f]{8,16})\b/, status: /\bCP0 Status\s+0x([0-9a-f]{8})\b/ };

function parseOther(cpu: number, body: string): CpuRegisters {
  const found = otherProgramCounters.map((pattern) => pattern.exec(body)?.[1]).find(Boolean);
  const instructionPointer = found === undefined ? undefined : hexadecimal(found);
  const values = new Map<string, bigint>();
  if (instructionPointer !== undefined) values.set("pc", instructionPointer);
  for (const [name, pattern] of Object.entries(otherStates)) {
    const digits = pattern.exec(body)?.[1];
    if (digits !== undefined) values.set(name, hexadecimal(digits));
  }
  return {
    cpu,
    instructionPointer,
    halted: undefined,
    interruptsEnabled: undefined,
    started: undefined,
    values,
  };
}

function hexadecimal(digits: string | undefined): bigint {
  return BigInt(`0x${digits ?? "0"}`);
}
