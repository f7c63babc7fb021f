import { atHead, type Death } from "./death.ts";

export const jailhouse: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`FATAL: (?:instruction abort|forbidden access|Unhandled|unhandled|unsupported|Unsupported|invalid|Invalid|Jailhouse|IOMMU|\S+ access|.* \(exception class 0x)`,
    ),
    marks: ["fatal"],
    source: "hypervisor/arch/*/",
    says: [
      "FATAL: instruction abort at 0x40000000",
      "FATAL: Jailhouse triggered exception #14",
      "FATAL: unhandled trap (exception class 0x16)",
    ],
    quiet: ["FATAL: 0", "modprobe: FATAL: Module jailhouse not found."],
  },
];
