/** How busy this computer is with what is not ours, while we measure. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Clock ticks a second in /proc, on every Linux (proc(5), sysconf(3) _SC_CLK_TCK). */
const ticksPerSecond = 100;

/** CPU time so far, in milliseconds. */
export interface CpuTimes {
  /** All CPUs of this computer, idle or not. */
  readonly allMs: number;
  readonly idleMs: number;
  /** This process, and those of its children that have ended. */
  readonly ownMs: number;
}

/**
 * Begins to watch.
 * @returns what gives the share of all CPUs' time, from 0 to 1, that others have used since then;
 *   `undefined` where the system does not tell (it is read from Linux' /proc). Children must have
 *   ended by then, or they count as others.
 */
export function watchHostLoad(): () => number | undefined {
  const before = cpuTimes();
  return () => {
    const after = cpuTimes();
    if (before === undefined || after === undefined) return undefined;
    return shareOfOthers(before, after);
  };
}

/** What was neither idle nor ours, as a share of everything. Pure. */
export function shareOfOthers(before: CpuTimes, after: CpuTimes): number {
  const allMs = after.allMs - before.allMs;
  const idleMs = after.idleMs - before.idleMs;
  const ownMs = after.ownMs - before.ownMs;
  // The clocks behind these figures do not tick together, so that little may come out negative.
  return allMs === 0 ? 0 : Math.max(0, (allMs - idleMs - ownMs) / allMs);
}

function cpuTimes(): CpuTimes | undefined {
  const children = childrenMs();
  if (children === undefined) return undefined;
  let idleMs = 0;
  let allMs = 0;
  for (const { times } of cpus()) {
    idleMs += times.idle;
    allMs += times.idle + times.user + times.sys + times.nice + times.irq;
  }
  const { system, user } = process.cpuUsage();
  return { allMs, idleMs, ownMs: (user + system) / 1000 + children };
}

/** The fields `cutime` and `cstime`, the 16th and 17th; the name before them may have blanks. */
function childrenMs(): number | undefined {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ((Number(fields[13]) + Number(fields[14])) * 1000) / ticksPerSecond;
  } catch {
    return undefined;
  }
}
