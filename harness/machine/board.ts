/** What bringup knows of each architecture's boards: one row drives everything. */

export interface Board {
  /** Suffix of the QEMU binary. */
  readonly arch: string;
  /** Machine type where nothing else decides. */
  readonly machine: string;
  /** CPU model that every accelerator offers, so that the verdict does not follow the host. */
  readonly cpu: string;
  /**
   * Whether machines have an ISA bus, where `isa-debug-exit` and the debug console live; but for
   * those in `withoutIsa`.
   */
  readonly hasIsa: boolean;
  readonly withoutIsa: readonly string[];
  /** Whether a machine needs firmware even for a kernel that QEMU loads itself. */
  readonly needsFirmware: boolean;
  /** Serial ports of a machine type; "*" for all others. */
  readonly serialPorts: Readonly<Record<string, number>>;
  /** Bus of a disk that names none, by machine type; "*" for all others. */
  readonly diskBus: Readonly<Record<string, "ide" | "ahci" | "virtio">>;
}

const x86: Omit<Board, "arch"> = {
  machine: "pc",
  cpu: "qemu64",
  hasIsa: true,
  withoutIsa: ["none", "x-remote"],
  needsFirmware: true,
  serialPorts: { microvm: 1, none: 0, "*": 4 },
  diskBus: { pc: "ide", q35: "ahci", isapc: "ide", microvm: "virtio", "*": "ide" },
};

const virt = {
  machine: "virt",
  hasIsa: false,
  withoutIsa: [],
  needsFirmware: false,
  serialPorts: { virt: 1, "*": 4 },
  diskBus: { "*": "virtio" },
} as const;

export const boards: readonly Board[] = [
  { arch: "x86_64", ...x86 },
  { arch: "i386", ...x86, cpu: "qemu32" },
  { arch: "aarch64", cpu: "cortex-a57", ...virt },
  { arch: "arm", cpu: "cortex-a15", ...virt },
  { arch: "riscv64", cpu: "rv64", ...virt },
  { arch: "riscv32", cpu: "rv32", ...virt },
];

/** The row of an architecture, or `undefined`: then the spec must name machine and CPU. */
export function boardOf(arch: string): Board | undefined {
  return boards.find((board) => board.arch === arch);
}
