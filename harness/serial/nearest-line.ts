/** The line that comes nearest to what was waited for: most failed waits are a typing slip. */

const longestLine = 200;
/** Share of common letter pairs from which on two texts are taken to mean the same. */
const leastSimilarity = 0.4;

/**
 * @param lines candidates, oldest first.
 * @returns the line that is most similar to any of the patterns, the newest of equals, or
 *   `undefined` where nothing is similar.
 */
export function nearestLine(
  lines: readonly string[],
  patterns: readonly (string | RegExp)[],
): string | undefined {
  const wanted = patterns.map((pattern) => pairs(literalPart(pattern)));
  let best: string | undefined;
  let bestScore = leastSimilarity;
  for (const line of lines) {
    const printed = pairs(line.slice(0, longestLine));
    const score = Math.max(...wanted.map((pattern) => similarity(pattern, printed)));
    if (score >= bestScore) {
      best = line;
      bestScore = score;
    }
  }
  return best;
}

/** What a pattern spells out, without the operators of an expression. */
function literalPart(pattern: string | RegExp): string {
  if (typeof pattern === "string") return pattern;
  return pattern.source
    .replace(/\\[dDwWsSbBnrt]/g, " ")
    .replace(/\\(.)/g, "$1")
    .replace(/\(\?<\w+>|\[[^\]]*\]|\(\?[:=!<]*|[()^$*+?|]|\{[\d,]+\}/g, " ");
}

/** Neighbouring characters without regard to case: the measure of Sørensen and Dice. */
function pairs(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const plain = text.toLowerCase().replace(/\s+/g, " ").trim();
  for (let index = 0; index + 1 < plain.length; index += 1) {
    const pair = plain.slice(index, index + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

function similarity(left: Map<string, number>, right: Map<string, number>): number {
  let shared = 0;
  let total = 0;
  for (const [pair, count] of left) shared += Math.min(count, right.get(pair) ?? 0);
  for (const count of [...left.values(), ...right.values()]) total += count;
  return total === 0 ? 0 : (2 * shared) / total;
}
