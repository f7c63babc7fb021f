/** Whether this computer can give a machine its memory. */
import { totalmem } from "node:os";
import { SpecError } from "../evidence/index.ts";
import { memoryBytes } from "./spec-check.ts";

const mebibyte = 1024 ** 2;

/**
 * Bytes that a machine can have here: the computer's, or those of the container that this process
 * is in. `constrainedMemory()` reads the limit of its control group, and gives 0, or more than the
 * computer has, where there is none (Node's documentation of `process`).
 */
export function hostMemoryBytes(): number {
  const limitBytes = process.constrainedMemory();
  return limitBytes > 0 ? Math.min(totalmem(), limitBytes) : totalmem();
}

/**
 * QEMU would start, and be killed once the guest uses what is not there.
 * @throws `SpecError` for more memory than this computer, or this container, has.
 */
export function checkHostMemory(
  memory: string | number | undefined,
  hostBytes: number = hostMemoryBytes(),
): void {
  const wantedBytes = memoryBytes(memory) ?? 0;
  if (wantedBytes <= hostBytes) return;
  const host = `${Math.floor(hostBytes / mebibyte)} MiB`;
  const place = hostBytes < totalmem() ? "container" : "computer";
  throw new SpecError("memory", `got ${memory}, but this ${place} has ${host}; take less`);
}
