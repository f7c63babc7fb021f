/** Firmware of a board and a spec → what QEMU is given: `-bios`, flash memory or nothing. */
import { open, truncate } from "node:fs/promises";
import { basename, join } from "node:path";
import { SpecError } from "../evidence/index.ts";
import { findFirmware, findRom, type QemuBinary } from "../host/index.ts";
import { nearestName } from "../qmp/index.ts";
import { existing } from "./boot-media/existing.ts";
import type { ChosenBoard } from "./choose-board.ts";
import type { MachinePlan } from "./command-line.ts";
import { copyToChange } from "./writable-copy.ts";

type PlannedFirmware = MachinePlan["firmware"];

const kibibyte = 1024;
const mebibyte = 1024 ** 2;
/** QEMU loads a PC's firmware in pieces of this size (hw/i386/x86.c, x86_bios_rom_init). */
const pcPieceBytes = 64 * kibibyte;
/** More does not fit below 4 GiB (QEMU, hw/i386/pc_sysfw.c, FLASH_SIZE_LIMIT; `-bios` 16 MiB). */
const mostPcBytes = 16 * mebibyte;

/**
 * Files for flash memory that are smaller than it are copied to `directory` and filled up.
 * @throws `SpecError` naming the field whose file QEMU would refuse, or could not run; `HostError`
 *   where this computer has no UEFI firmware.
 */
export async function planFirmware(
  board: ChosenBoard,
  qemu: QemuBinary,
  directory: string,
): Promise<PlannedFirmware> {
  const { arch, facts, firmware, machineType } = board;
  if (firmware === "default") return { kind: "default" };
  // Where a board starts a kernel by itself, QEMU knows no word for "no firmware" but its absence.
  if (firmware === "none") {
    return facts.ownFirmware ? { kind: "bios", file: "none" } : { kind: "default" };
  }
  if (firmware === "qboot") {
    const rom = findRom(qemu, "qboot.rom");
    return rom === null ? { kind: "default" } : { kind: "bios", file: rom };
  }
  if (firmware === "uefi") {
    const found = findFirmware({ arch, machineType, qemu });
    if (found.mapping === "memory") return { kind: "bios", file: found.code };
    const { code, codeFormat, variables } = found;
    const variablesFormat = found.variablesFormat ?? "raw";
    return { kind: "flash", code, codeFormat, variables, variablesFormat };
  }
  if (typeof firmware === "string") {
    return { kind: "bios", file: await checkedFile(firmware, board) };
  }
  const { code, variables } = firmware;
  const [codeFile, variablesFile] = await Promise.all([
    flashFile("firmware.code", code, board, directory),
    variables === undefined ? null : flashFile("firmware.variables", variables, board, directory),
  ]);
  return {
    kind: "flash",
    code: codeFile.file,
    codeFormat: codeFile.format,
    variables: variablesFile?.file ?? null,
    variablesFormat: variablesFile?.format ?? "raw",
    ...(/,smm=on\b/.test(board.machine) ? { hasSmm: true } : {}),
  };
}

/** @throws `SpecError` on `firmware` for a file that `-bios` does not take, or that cannot run. */
async function checkedFile(path: string, board: ChosenBoard): Promise<string> {
  const file = await existing("firmware", path, nearestWord(path));
  const { sizeBytes, start } = await lookAt("firmware", file);
  const isElf = start.startsWith("\x7fELF");
  if (board.facts.pc || board.machineType === "microvm") {
    const isWhole = sizeBytes % pcPieceBytes === 0 && sizeBytes <= mostPcBytes;
    if (isWhole && !isElf) return file;
    throw new SpecError(
      "firmware",
      `${file} is no ROM image for a PC, which has a multiple of 65536 bytes and at most 16 MiB; ` +
        "of U-Boot give u-boot.rom, of coreboot coreboot.rom, and for another computer say its arch",
    );
  }
  const { flashBytes, ownFirmware } = board.facts;
  if (flashBytes === undefined) return file;
  if (isElf && !ownFirmware) {
    throw new SpecError(
      "firmware",
      `${file} is an ELF file, but ${board.machineType} of ${board.arch} runs firmware from its ` +
        "first byte; give the flat binary (of U-Boot u-boot.bin), or give the ELF file as kernel",
    );
  }
  if (!ownFirmware && sizeBytes > flashBytes) {
    throw tooLarge("firmware", file, sizeBytes, flashBytes);
  }
  return file;
}

/** Words that may have been meant instead of a file. */
function nearestWord(path: string): string {
  const nearest = nearestName(path, ["bios", "uefi", "none"]);
  return nearest === undefined ? "" : `; the nearest word is "${nearest}"`;
}

async function flashFile(
  field: string,
  path: string,
  board: ChosenBoard,
  directory: string,
): Promise<{ file: string; format: string }> {
  const file = await existing(field, path);
  const { sizeBytes, start } = await lookAt(field, file);
  if (start.startsWith("QFI\xfb")) return { file, format: "qcow2" };
  const wholeBytes = board.facts.flashBytes;
  if (wholeBytes === undefined || sizeBytes === wholeBytes) return { file, format: "raw" };
  if (sizeBytes > wholeBytes) throw tooLarge(field, file, sizeBytes, wholeBytes);
  const padded = join(directory, `flash-${field.replace("firmware.", "")}-${basename(file)}`);
  await copyToChange(file, padded);
  await truncate(padded, wholeBytes);
  return { file: padded, format: "raw" };
}

function tooLarge(field: string, file: string, sizeBytes: number, mostBytes: number): SpecError {
  return new SpecError(
    field,
    `${file} has ${sizeBytes} bytes, but the board's flash memory takes ${mostBytes}; ` +
      "give the firmware that was built for this board",
  );
}

async function lookAt(field: string, file: string): Promise<{ sizeBytes: number; start: string }> {
  const start = Buffer.alloc(4);
  try {
    await using handle = await open(file, "r");
    const { size } = await handle.stat();
    if (size === 0) throw new SpecError(field, `${file} is empty; did its build fail half-way?`);
    await handle.read(start, 0, start.length, 0);
    return { sizeBytes: size, start: start.toString("latin1") };
  } catch (error) {
    if (error instanceof SpecError) throw error;
    throw new SpecError(field, `${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
