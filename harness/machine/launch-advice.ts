/** What to do about a QEMU that does not start, where its own words do not say that. */
import { listCpuModels, type QemuBinary } from "../host/index.ts";
import { nearestName } from "../qmp/index.ts";

/** What was started. */
export interface StartedQemu {
  readonly qemu: QemuBinary;
  readonly machineType: string;
}

/** What goes behind the first line of QEMU's words, with its separator; else nothing. */
export async function launchAdvice(
  words: readonly string[],
  { machineType, qemu }: StartedQemu,
): Promise<string> {
  const [first = ""] = words;
  if (machineType === "microvm" && first.includes("No 'PCI' bus found")) {
    return '; microvm has no PCI bus: take "q35" as the machine';
  }
  const cpu = /unable to find CPU model '([^']+)'/.exec(first)?.[1];
  if (cpu !== undefined) return await cpuAdvice(cpu, qemu);
  const kernelBytes = /is too large to fit in RAM \(kernel size (\d+),/.exec(first)?.[1];
  if (kernelBytes !== undefined) return memoryAdvice(Number(kernelBytes));
  return first.includes("ROM regions are overlapping") ? overlapAdvice(words) : "";
}

async function cpuAdvice(cpu: string, qemu: QemuBinary): Promise<string> {
  const [model = cpu] = cpu.split(",");
  const known = await listCpuModels(qemu).catch(() => []);
  const nearest = nearestName(model, known);
  const all = `all: ${qemu.path} -cpu help`;
  return nearest === undefined ? `; ${all}` : `; the nearest is "${nearest}" (${all})`;
}

/** What lies before the kernel is not in that size (QEMU, hw/arm/boot.c). */
function memoryAdvice(kernelBytes: number): string {
  return `; take more memory than that, such as "${Math.ceil(kernelBytes / 1024 ** 2) + 16}M"`;
}

/** QEMU names the two regions below (hw/core/loader.c, rom_check_and_register_reset). */
function overlapAdvice(words: readonly string[]): string {
  const regions = words.filter((line) => /\(addresses 0x[0-9a-f]+ - 0x[0-9a-f]+\)$/.test(line));
  return regions.length === 0 ? "" : `: ${regions.join(" and ")}`;
}
