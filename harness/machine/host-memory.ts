/** Whether this computer can give a machine its memory. */
import { totalmem } from "node:os";
import { SpecError } from "../evidence/index.ts";
import { memoryBytes } from "./spec-check.ts";

const mebibyte = 1024 ** 2;

/**
 * QEMU would start, and be killed once the guest uses what is not there.
 * @throws `SpecError` for more memory than this computer has.
 */
export function checkHostMemory(
  memory: string | number | undefined,
  hostBytes: number = totalmem(),
): void {
  const wantedBytes = memoryBytes(memory) ?? 0;
  if (wantedBytes <= hostBytes) return;
  const host = `${Math.floor(hostBytes / mebibyte)} MiB`;
  throw new SpecError("memory", `got ${memory}, but this computer has ${host}; take less`);
}
