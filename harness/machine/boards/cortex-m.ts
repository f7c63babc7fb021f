/**
 * Boards with a Cortex-M: what their CPU can do, and where they have memory. Sources: QEMU,
 * target/arm/tcg/cpu-v7m.c, hw/arm/mps2.c, mps2-tz.c, stellaris.c, stm32f*_soc.c and nrf51_soc.c.
 */

/** A processor, the later one able to do all that the ones before it can. */
export const cortexMCores = ["M0", "M3", "M4", "M7", "M33", "M55"] as const;
export type CortexMCore = (typeof cortexMCores)[number];

/** The least floating-point unit of a program, and the one of a processor. */
export const floatingPointUnits = ["none", "single", "double"] as const;
export type FloatingPointUnit = (typeof floatingPointUnits)[number];

/** What a program needs, and what a processor has. */
export interface CortexMNeeds {
  readonly core: CortexMCore;
  readonly floatingPoint: FloatingPointUnit;
}

/** First and last address. */
type Range = readonly [bigint, bigint];

export interface CortexMBoard extends CortexMNeeds {
  /** Where its CPU looks for the vector table, and all other places where that memory is seen. */
  readonly vectorsAt: readonly bigint[];
  /** All of its memory, in order. */
  readonly memory: readonly Range[];
}

const kib = 1024n;
const mib = 1024n * kib;
const range = (start: bigint, sizeBytes: bigint): Range => [start, start + sizeBytes - 1n];

const mps2Memory = [
  range(0n, 8n * mib),
  range(0x100_0000n, 64n * kib),
  range(0x2000_0000n, 8n * mib),
  range(0x2100_0000n, 16n * mib),
];
const stm32 = (flashBytes: bigint, ramBytes: bigint) => ({
  vectorsAt: [0n, 0x800_0000n],
  memory: [range(0n, flashBytes), range(0x800_0000n, flashBytes), range(0x2000_0000n, ramBytes)],
});
/** Each memory of these is seen twice, for the secure world 0x10000000 higher; there they begin. */
const secure = (...memory: readonly Range[]) => ({
  vectorsAt: [0x1000_0000n],
  memory: memory.flatMap(([start, end]): Range[] => [
    [start, end],
    [start + 0x1000_0000n, end + 0x1000_0000n],
  ]),
});

/** By machine type; of several that fit, the first is taken. */
export const cortexMBoards: Readonly<Record<string, CortexMBoard>> = {
  microbit: {
    core: "M0",
    floatingPoint: "none",
    vectorsAt: [0n],
    memory: [range(0n, 256n * kib), range(0x2000_0000n, 16n * kib)],
  },
  "mps2-an385": { core: "M3", floatingPoint: "none", vectorsAt: [0n], memory: mps2Memory },
  netduino2: { core: "M3", floatingPoint: "none", ...stm32(mib, 128n * kib) },
  "mps2-an386": { core: "M4", floatingPoint: "single", vectorsAt: [0n], memory: mps2Memory },
  netduinoplus2: { core: "M4", floatingPoint: "single", ...stm32(mib, 192n * kib) },
  "mps2-an500": {
    core: "M7",
    floatingPoint: "double",
    vectorsAt: [0n],
    memory: [range(0n, 8n * mib), range(0x2000_0000n, 8n * mib), range(0x6000_0000n, 16n * mib)],
  },
  "mps2-an505": {
    core: "M33",
    floatingPoint: "single",
    ...secure(
      range(0n, 4n * mib),
      range(0x2000_0000n, 32n * kib),
      range(0x2800_0000n, 4n * mib),
      range(0x8000_0000n, 16n * mib),
    ),
  },
  "mps2-an521": {
    core: "M33",
    floatingPoint: "single",
    ...secure(
      range(0n, 4n * mib),
      range(0x2000_0000n, 128n * kib),
      range(0x2800_0000n, 4n * mib),
      range(0x8000_0000n, 16n * mib),
    ),
  },
  "mps3-an547": {
    core: "M55",
    floatingPoint: "double",
    vectorsAt: [0n, 0x1000_0000n],
    memory: [
      range(0n, 512n * kib),
      range(0x100_0000n, 2n * mib),
      range(0x1000_0000n, 512n * kib),
      range(0x1100_0000n, 2n * mib),
      range(0x2000_0000n, 512n * kib),
      range(0x2100_0000n, 4n * mib),
      range(0x3000_0000n, 512n * kib),
      range(0x3100_0000n, 4n * mib),
    ],
  },
  // Of no use to a program that names no board: one of those above can do what these can.
  lm3s6965evb: {
    core: "M3",
    floatingPoint: "none",
    vectorsAt: [0n],
    memory: [range(0n, 256n * kib), range(0x2000_0000n, 64n * kib)],
  },
  lm3s811evb: {
    core: "M3",
    floatingPoint: "none",
    vectorsAt: [0n],
    memory: [range(0n, 64n * kib), range(0x2000_0000n, 8n * kib)],
  },
  "mps2-an511": {
    core: "M3",
    floatingPoint: "none",
    vectorsAt: [0n],
    memory: [range(0n, 256n * kib), range(0x40_0000n, 8n * mib), range(0x2000_0000n, 128n * kib)],
  },
  stm32vldiscovery: { core: "M3", floatingPoint: "none", ...stm32(128n * kib, 8n * kib) },
};
