import type { Death } from "./death.ts";

export const rtems: readonly Death[] = [
  {
    pattern: /^\*{3} (?:FATAL|EXIT STATUS NOT ZERO) \*{3}/m,
    marks: ["banner"],
    source: "bsps/shared/start/bspfatal-default.c, bsp_fatal_extension()",
    reason: { first: /^(?:fatal|exit) source: /, further: /^(?:fatal|exit) code: / },
  },
];
