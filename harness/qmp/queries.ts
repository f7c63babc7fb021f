/** What a test wants to know of a machine, where QMP's own answers are clumsy. */
import { QmpError } from "../evidence/index.ts";
import { askMonitor, type QmpAsk } from "./ask.ts";
import type { QmpCpu, QmpRunState } from "./commands.ts";
import {
  type MemoryRange,
  type PageMapping,
  parseMemoryMap,
  parsePageMappings,
  parseTranslation,
} from "./monitor-text.ts";
import {
  type BlockCounters,
  type BlockDevice,
  queryBlockCounters,
  queryBlockDevices,
} from "./query-block.ts";
import { type PciDevice, queryPciDevices } from "./query-pci.ts";
import { queryStatistics, type Statistic, type StatisticsOptions } from "./query-statistics.ts";

/** One CPU of the machine. */
export interface CpuState {
  readonly index: number;
  /** QEMU's name: "x86_64", "i386", "aarch64", "riscv64", … */
  readonly architecture: string;
  /** Place in the machine as far as it has one: `{ socket: 0, core: 1, thread: 0 }`. */
  readonly topology: Readonly<Record<string, number>>;
  /** The host's thread that runs it. */
  readonly threadId: number;
  readonly qomPath: string;
}

/** One character device: what is behind a serial port, a monitor, or a device of the guest. */
export interface CharacterDevice {
  readonly id: string;
  /** What it leads to, as QEMU writes it: "null", "pty:/dev/pts/3", "unix:…". */
  readonly target: string;
  /** Whether the device of the guest is open. */
  readonly isOpen: boolean;
}

/** Of which CPU; default 0. What is mapped may differ between them. */
export interface CpuOptions {
  readonly cpu?: number;
}

/**
 * Questions about the machine's state, each answered as it is now. They are commands like any
 * other: every method throws what `execute` throws.
 */
export class QmpQueries {
  readonly #ask: QmpAsk;

  constructor(ask: QmpAsk) {
    this.#ask = ask;
  }

  /** What QEMU's virtual machine is doing: "running", "paused", "shutdown", … */
  async runState(): Promise<QmpRunState> {
    return ((await this.#ask("query-status")) as { status: QmpRunState }).status;
  }

  /** The CPUs, in the order of their indexes. */
  async cpus(): Promise<readonly CpuState[]> {
    const cpus = (await this.#ask("query-cpus-fast")) as readonly QmpCpu[];
    return cpus.map((cpu) => ({
      index: cpu["cpu-index"],
      architecture: cpu.target,
      topology: Object.fromEntries(
        Object.entries(cpu.props ?? {}).map(([name, number]) => [name.replace(/-id$/, ""), number]),
      ),
      threadId: cpu["thread-id"],
      qomPath: cpu["qom-path"],
    }));
  }

  /** The machine's memory in bytes, with what was plugged into it. */
  async memorySizeBytes(): Promise<number> {
    const summary = (await this.#ask("query-memory-size-summary")) as Record<string, number>;
    return (summary["base-memory"] ?? 0) + (summary["plugged-memory"] ?? 0);
  }

  /** The drives with their media and counters. */
  blockDevices(): Promise<readonly BlockDevice[]> {
    return queryBlockDevices(this.#ask);
  }

  /** What one drive has done so far. @throws QmpError naming the drives, if there is none such. */
  blockCounters(id: string): Promise<BlockCounters> {
    return queryBlockCounters(this.#ask, id);
  }

  /**
   * All PCI devices, each bridge before what is behind it; that is known once firmware or the guest
   * has numbered the bridge's bus. None where the machine has no PCI, as `microvm`.
   */
  pciDevices(): Promise<readonly PciDevice[]> {
    return queryPciDevices(this.#ask);
  }

  /** The character devices, the harness's own ("qmp", "port0", …) among them. */
  async characterDevices(): Promise<readonly CharacterDevice[]> {
    const devices = (await this.#ask("query-chardev")) as readonly {
      readonly label: string;
      readonly filename: string;
      readonly "frontend-open": boolean;
    }[];
    return devices.map((device) => ({
      id: device.label,
      target: device.filename,
      isOpen: device["frontend-open"],
    }));
  }

  /**
   * The memory in bytes that the balloon leaves to the guest. @throws QmpError if the machine has
   * no balloon.
   */
  async balloonSizeBytes(): Promise<number> {
    try {
      return ((await this.#ask("query-balloon")) as { actual: number }).actual;
    } catch (error) {
      if (!(error instanceof QmpError) || error.errorClass !== "DeviceNotActive") throw error;
      const { errorClass, received, sent } = error;
      const advice = 'add it with qemuArguments: ["-device", "virtio-balloon-pci"]';
      const message = `this machine has no balloon: ${advice}`;
      throw new QmpError(message, { sent, received, errorClass }, { cause: error });
    }
  }

  /** What KVM counts. @throws QmpError if nobody counts, as under TCG, or if a name is none. */
  statistics(options: StatisticsOptions = {}): Promise<readonly Statistic[]> {
    return queryStatistics(this.#ask, options);
  }

  /** Guest-physical memory as the machine decodes it now, by rising address (`info mtree`). */
  async memoryMap(): Promise<readonly MemoryRange[]> {
    return parseMemoryMap(await askMonitor(this.#ask, "info mtree -f"));
  }

  /**
   * The virtual memory that the guest has mapped (`info mem`); `undefined` while paging is off.
   * @throws QmpError on architectures other than x86 and RISC-V, for which QEMU does not tell it.
   */
  async pageMappings({ cpu }: CpuOptions = {}): Promise<readonly PageMapping[] | undefined> {
    return parsePageMappings(await askMonitor(this.#ask, "info mem", cpu));
  }

  /**
   * The guest-physical address of a virtual one, through the page tables of a CPU as they are now
   * (`gva2gpa`); `undefined` where nothing is mapped.
   */
  async translate(address: bigint, { cpu }: CpuOptions = {}): Promise<bigint | undefined> {
    const line = `gva2gpa 0x${address.toString(16)}`;
    return parseTranslation(await askMonitor(this.#ask, line, cpu));
  }
}
