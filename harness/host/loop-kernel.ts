/**
 * A kernel that does nothing but count, as bytes, so that calibration needs no compiler. It runs
 * from the reset vector of a ROM without firmware, and after every round it writes one byte, a
 * mark. Each round counts an eighth more than the one before: a few dozen marks span from a
 * thousand to a billion instructions, so one kernel serves accelerators four orders of magnitude
 * apart, and never floods whoever reads.
 */
import type { QemuBinary } from "./qemu-facts.ts";

/** Iterations of the first round. */
const firstRound = 1024;
/** Decrement and branch. The few instructions between rounds are not counted. */
const instructionsPerIteration = 2;

/** What it takes to run the loop kernel. */
export interface LoopKernel {
  /** The image for `-bios`. */
  readonly rom: Uint8Array;
  /** Arguments for QEMU, without accelerator and `-bios`; the marks go to `-chardev` "marks". */
  readonly machineArguments: readonly string[];
}

/** Instructions executed when that many marks have been written. */
export function instructionsAfter(marks: number): number {
  let round = firstRound;
  let iterations = 0;
  for (let mark = 0; mark < marks; mark += 1) {
    iterations += round;
    round += Math.floor(round / 8);
  }
  return iterations * instructionsPerIteration;
}

/**
 * The loop kernel for this QEMU.
 * @returns `undefined` where there is none for its architecture or machine types.
 */
export function loopKernelFor(qemu: Pick<QemuBinary, "arch" | "machines">): LoopKernel | undefined {
  const has = (machine: string) =>
    qemu.machines.some(({ name, aliases }) => name === machine || aliases.includes(machine));
  switch (qemu.arch) {
    case "x86_64":
    case "i386": {
      const machine = ["microvm", "pc", "q35"].find(has);
      if (machine === undefined) return undefined;
      const marks = ["-device", "isa-debugcon,iobase=0xe9,chardev=marks"];
      return { rom: x86Rom(), machineArguments: ["-machine", machine, "-m", "16M", ...marks] };
    }
    case "aarch64":
      return has("virt") ? { rom: aarch64Rom(), machineArguments: virtArguments } : undefined;
    default:
      return undefined;
  }
}

/** "max" is the one model that KVM, HVF and TCG all run. */
const virtArguments = ["-machine", "virt", "-cpu", "max", "-m", "16M", "-serial", "chardev:marks"];

/**
 * The last 256 bytes below 4 GiB. The CPU starts in real mode at 0xfffffff0 (Intel SDM volume 3,
 * "First Instruction Executed") and goes to 32-bit protected mode at once: what real mode costs
 * under an accelerator says nothing about kernels. The segments have their accessed bit set,
 * because a ROM cannot take the CPU's write.
 */
function x86Rom(): Uint8Array {
  const rom = new Uint8Array(64 * 1024);
  const place = (offset: number, hexadecimal: string) =>
    rom.set(Buffer.from(hexadecimal.replaceAll(" ", ""), "hex"), rom.length - 256 + offset);
  place(
    0x00,
    "fa" + //                  cli
      "2e660f0116 80ff" + //   lgdt cs:[0xff80]
      "0f20c0 0c01 0f22c0" + //  mov eax, cr0; or al, 1; mov cr0, eax
      "66ea 20ffffff 0800", // jmp 8:0xffffff20
  );
  place(
    0x20,
    "b810000000 8ed8" + //     mov eax, 16; mov ds, eax
      "be00040000" + //        mov esi, 1024
      "89f1" + //              round: mov ecx, esi
      "49 75fd" + //           count: dec ecx; jnz count
      "b02e e6e9" + //         mov al, '.'; out 0xe9, al
      "89f0 c1e803 01c6" + //  mov eax, esi; shr eax, 3; add esi, eax
      "ebee", //               jmp round
  );
  place(0x80, "1700 90ffffff"); // The table that lgdt loads: 24 bytes at 0xffffff90.
  place(0x98, "ffff0000009bcf00"); // Selector 8: code, 4 GiB, 32-bit.
  place(0xa0, "ffff00000093cf00"); // Selector 16: data, 4 GiB.
  place(0xf0, "e90dff"); // Reset vector: jmp 0xff00.
  return rom;
}

/**
 * Runs from flash at address 0 of the machine "virt", prints through its PL011 at 0x09000000.
 * The instruction cache goes on first: without it every fetch under KVM would go to memory.
 */
function aarch64Rom(): Uint8Array {
  const instructions = [
    0xd5381000, //        mrs  x0, sctlr_el1
    0xb2740000, //        orr  x0, x0, #0x1000
    0xd5181000, //        msr  sctlr_el1, x0
    0xd5033fdf, //        isb
    0xd2a12001, //        mov  x1, #0x09000000
    0x52806022, //        mov  w2, #0x301 (UART and transmitter on)
    0xb9003022, //        str  w2, [x1, #0x30]
    0x528005c2, //        mov  w2, #'.'
    0x52808003, //        mov  w3, #1024
    0x2a0303e4, // round: mov  w4, w3
    0x71000484, // count: subs w4, w4, #1
    0x54ffffe1, //        b.ne count
    0xb9000022, //        str  w2, [x1]
    0x0b430c63, //        add  w3, w3, w3, lsr #3
    0x17fffffb, //        b    round
  ];
  const rom = Buffer.alloc(4 * instructions.length);
  for (const [index, word] of instructions.entries()) rom.writeUInt32LE(word, 4 * index);
  return rom;
}
