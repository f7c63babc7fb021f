/** Several patterns as one expression, where that changes nothing. */
import { backtrackingOf } from "./backtracking.ts";
import { canBeBranch, withFlags } from "./expression.ts";

/** A look that takes its characters to the power of this is over in an instant. */
const harmlessDegree = 2;

/** The same patterns, but those that can be one expression are: it is one look instead of ten. */
export function combined(patterns: readonly (string | RegExp)[]): (string | RegExp)[] {
  const branches = new Map<string, string[]>();
  const others: (string | RegExp)[] = [];
  for (const pattern of patterns) {
    if (typeof pattern === "string" || !canBeOne(pattern)) {
      others.push(pattern);
      continue;
    }
    const { flags, source } = withFlags(pattern, "");
    const sources = branches.get(flags);
    if (sources === undefined) branches.set(flags, [source]);
    else sources.push(source);
  }
  for (const [flags, sources] of branches) {
    others.push(new RegExp(sources.map((source) => `(?:${source})`).join("|"), flags));
  }
  return others;
}

function canBeOne(pattern: RegExp): boolean {
  return canBeBranch(pattern) && backtrackingOf(pattern).degree <= harmlessDegree;
}
