/** Several patterns as one expression, where that changes nothing. */
import { canBeBranch, withFlags } from "./expression.ts";

/** The same patterns, but those that can be one expression are: it is one look instead of ten. */
export function combined(patterns: readonly (string | RegExp)[]): (string | RegExp)[] {
  const branches = new Map<string, string[]>();
  const others: (string | RegExp)[] = [];
  for (const pattern of patterns) {
    if (typeof pattern === "string" || !canBeBranch(pattern)) {
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
