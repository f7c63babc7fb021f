/** Instructions behind which a CPU stands while it sleeps, or for good. Pure. */

/** What a CPU has executed last. */
export interface StoppingInstruction {
  readonly name: "wfi" | "wait" | "hvc" | "smc";
  /**
   * Whether it sleeps there until an interrupt comes. Otherwise it has called firmware, which may
   * have switched it off.
   */
  readonly isSleep: boolean;
}

type Encodings = readonly (readonly [StoppingInstruction["name"], readonly number[]])[];

const riscv: Encodings = [["wfi", [0x73, 0x00, 0x50, 0x10]]];
const mips: Encodings = [["wait", [0x42, 0x00, 0x00, 0x20]]];
const mipsel: Encodings = [["wait", [0x20, 0x00, 0x00, 0x42]]];

/**
 * As bytes in memory (Arm ARM C6.2, F5.1, of which calls have the number 0 that QEMU's firmware
 * takes; RISC-V privileged ISA 3.3.3; MIPS32 volume II, WAIT). QEMU has moved the program counter
 * on when a CPU stops there.
 */
const encodings: Readonly<Record<string, Encodings>> = {
  aarch64: [
    ["wfi", [0x7f, 0x20, 0x03, 0xd5]],
    ["hvc", [0x02, 0x00, 0x00, 0xd4]],
    ["smc", [0x03, 0x00, 0x00, 0xd4]],
  ],
  arm: [
    ["wfi", [0x03, 0xf0, 0x20, 0xe3]],
    ["hvc", [0x70, 0x00, 0x40, 0xe1]],
    ["smc", [0x70, 0x00, 0x60, 0xe1]],
    // The same as Thumb code.
    ["wfi", [0x30, 0xbf]],
    ["wfi", [0xaf, 0xf3, 0x03, 0x80]],
    ["hvc", [0xe0, 0xf7, 0x00, 0x80]],
    ["smc", [0xf0, 0xf7, 0x00, 0x80]],
  ],
  riscv64: riscv,
  riscv32: riscv,
  mips,
  mips64: mips,
  mipsel,
  mips64el: mipsel,
};

/** Bytes that suffice to tell. */
export const stoppingCodeBytes = 4;

/**
 * @param arch suffix of the emulator ("aarch64").
 * @param code the bytes right before the program counter, four of them.
 */
export function stoppingInstruction(
  arch: string,
  code: Uint8Array,
): StoppingInstruction | undefined {
  const found = (encodings[arch] ?? []).find(
    ([, bytes]) =>
      code.length >= bytes.length &&
      bytes.every((byte, index) => code[code.length - bytes.length + index] === byte),
  );
  if (found === undefined) return undefined;
  const [name] = found;
  return { name, isSleep: name === "wfi" || name === "wait" };
}
