/** A binary without a header: where it goes, and how a CPU comes to execute it. */
import { SpecError } from "../evidence/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import { escapeComma } from "./drive-arguments.ts";

/** Bytes for memory, as they are. */
export interface FlatBinary {
  readonly file: string;
  /** Physical address, in hexadecimal ("0x40080000"). */
  readonly address: string;
  /** Whether CPU 0 begins there; else something else jumps to it, or a vector table leads there. */
  readonly isEntered: boolean;
}

/**
 * Plans the loading of a flat binary at an address of its own. Where the board starts its
 * firmware, that finds the binary in memory; else CPU 0 begins at its first byte. A Cortex-M begins
 * where the vector table says, and its table is where the board has it.
 * @throws `SpecError` where the board would never come to it.
 */
export function planFlatBinary(address: bigint, file: string, board: ChosenBoard): FlatBinary {
  if (board.facts.needsFirmware) {
    throw new SpecError(
      "loadAddress",
      `is not possible on ${board.machineType} of ${board.arch}, whose CPUs begin in firmware; ` +
        "give an ELF with a PVH note or a Multiboot header, or the image as firmware",
    );
  }
  const isEntered = board.firmware === "none" && !board.facts.vectorTable;
  return { file, address: `0x${address.toString(16)}`, isEntered };
}

/** QEMU's generic loader (docs/system/generic-loader.rst). */
export function flatBinaryArguments(binary: FlatBinary | undefined): string[] {
  if (binary === undefined) return [];
  const entry = binary.isEntered ? ",cpu-num=0" : "";
  const file = escapeComma(binary.file);
  return ["-device", `loader,file=${file},addr=${binary.address},force-raw=on${entry}`];
}

/** The address that a spec names, or `undefined` if it is none: at most 64 bits. */
export function parseAddress(given: unknown): bigint | undefined {
  const isNumber = typeof given === "number" && Number.isSafeInteger(given);
  const isText = typeof given === "string" && /^(?:0x[0-9a-f]+|\d+)$/i.test(given);
  if (!isNumber && !isText && typeof given !== "bigint") return undefined;
  const address = BigInt(given);
  return BigInt.asUintN(64, address) === address ? address : undefined;
}
