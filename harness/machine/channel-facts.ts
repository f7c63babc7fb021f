/** Collects what `channelHints` judges: what each channel has said, and what the machine lacks. */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { isDeath } from "../evidence/index.ts";
import {
  fileSource,
  findSemihostingCall,
  isElf,
  loadedSegments,
  readCortexM,
  readElf,
} from "../guest/index.ts";
import { type AwaitedText, findLine } from "../serial/index.ts";
import type { ChannelFacts, ScreenFacts } from "./channel-hints.ts";
import { exitDeviceOf } from "./exit-device.ts";
import type { MachineParts } from "./machine-parts.ts";
import { serialPortsOf } from "./plan-ports.ts";
import type { WiredPort } from "./port-wiring.ts";

/** Characters of each channel that are looked at for what was waited for elsewhere. */
const searchedCharacters = 65_536;
/** Bytes of code that are looked at for a semihosting call. */
const searchedBytes = 16 * 1024 ** 2;
/** The flag of a segment that is executed. */
const executable = 1;

/** @param rows what the screen shows of the guest's own, where there is one. Never throws. */
export async function channelFacts(
  parts: MachineParts,
  ports: readonly WiredPort[],
  awaited: AwaitedText | undefined,
  rows: readonly string[] | undefined,
): Promise<ChannelFacts> {
  const { chronicle, plan, qemu } = parts;
  const { board, extra } = plan;
  const { patterns = [] } = awaited ?? {};
  const { exit } = chronicle;
  const hasSemihosting = exitDeviceOf(board.exit, extra) === "semihosting";
  // Nobody asks for a reason where all of them talk.
  const isQuiet = ports.some(({ port }) => port.end === 0);
  return {
    channel: awaited?.channel,
    ports: ports.map(({ kind, port }) => {
      const { end, name } = port;
      const newest = port.slice(Math.max(0, end - searchedCharacters), end);
      return { name, kind, hasPrinted: end > 0, found: findLine(newest, patterns) };
    }),
    screen: rows && screenFacts(rows, patterns),
    isWell: exit === undefined || !isDeath(exit),
    arch: board.arch,
    machineType: board.machineType,
    isa: board.facts.isa,
    hasDebugConsole: ports.some(({ kind }) => kind === "debug-console"),
    serialPorts: serialPortsOf(board, qemu),
    linuxCommandLine: isLinux(parts) ? (plan.commandLine ?? "") : undefined,
    semihostingCall:
      hasSemihosting || isLinux(parts) || !isQuiet ? undefined : await semihostingCall(parts),
  };
}

function screenFacts(rows: readonly string[], patterns: AwaitedText["patterns"]): ScreenFacts {
  const text = rows.map((row) => row.trimEnd()).join("\n");
  return { hasText: text.trim() !== "", found: findLine(text, patterns) };
}

/** A `vmlinux` is an ELF file like many others; its name is what there is. */
function isLinux({ chronicle, imageKind }: MachineParts): boolean {
  if (/^(?:bzimage|arm64-image|riscv-image|arm-zimage)$/.test(imageKind ?? "")) return true;
  return /^vmlinu[xz]\b/.test(basename(chronicle.facts.kernel?.path ?? ""));
}

async function semihostingCall({ plan }: MachineParts): Promise<string | undefined> {
  const path = plan.kernel ?? plan.flatBinary?.file;
  const { arch } = plan.board;
  if (path === undefined || !/^(?:arm|aarch64|riscv)/.test(arch)) return undefined;
  try {
    await using file = await open(path);
    const source = fileSource(file, (await file.stat()).size);
    const head = await source.read(0, Math.min(16, source.sizeBytes), "the kernel");
    const isFlat = !isElf(head);
    const elf = isFlat ? undefined : await readElf(source);
    const parts = elf
      ? loadedSegments(elf).filter(({ flags }) => (flags & executable) !== 0)
      : [{ offset: 0n, fileSizeBytes: BigInt(source.sizeBytes) }];
    const isMicrocontroller = elf !== undefined && (await readCortexM(source, elf)) !== undefined;
    for (const { fileSizeBytes, offset } of parts) {
      const length = Math.min(Number(fileSizeBytes), searchedBytes);
      const code = await source.read(offset, length, "the code");
      const call = findSemihostingCall(arch, isMicrocontroller, code);
      if (call !== undefined) return call;
    }
  } catch {
    // Advice is not worth an error.
  }
  return undefined;
}
