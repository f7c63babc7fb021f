import { atHead, type Death } from "./death.ts";

export const jailhouse: readonly Death[] = [
  {
    pattern: atHead(
      String.raw`FATAL: (?:instruction abort|forbidden access|Unhandled|unhandled|unsupported|Unsupported|invalid|Invalid|Jailhouse|IOMMU|\S+ access|.* \(exception class 0x)`,
    ),
    marks: ["fatal"],
    source: "hypervisor/arch/*/",
  },
];
