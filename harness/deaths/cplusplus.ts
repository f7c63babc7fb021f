import type { Death } from "./death.ts";

export const cPlusPlus: readonly Death[] = [
  {
    pattern:
      /(?:^|[\]:>] ?)terminate called (?:after throwing|without an active|recursively)|(?:^|\s)libc\+\+abi: terminating /m,
    marks: ["end"],
    source: "libstdc++ libsupc++/vterminate.cc; libc++abi src/cxa_default_handlers.cpp",
    reason: { first: /^\s+what\(\): / },
  },
];
