/** The known name that somebody may have meant who wrote another. */

/** Letters in which two names may differ for each letter that the written one has. */
const mostDifferent = 1 / 3;

/** The known name that takes the fewest changed letters, or `undefined` if none is near. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(written.length * mostDifferent)) + 1;
  for (const name of known) {
    // A difference in length alone is as many changes.
    if (Math.abs(name.length - written.length) >= fewest) continue;
    const changes = distance(written, name);
    if (changes >= fewest) continue;
    fewest = changes;
    best = name;
  }
  return best;
}

/**
 * Letters to add, drop, replace or swap with their neighbour to make one of the other: the distance
 * of Damerau and Levenshtein, no letter being changed twice.
 */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 0; row < one.length; row += 1) {
    const current = [row + 1];
    for (let column = 0; column < other.length; column += 1) {
      const isSame = one[row] === other[column];
      const isSwap = one[row] === other[column - 1] && one[row - 1] === other[column];
      const changes = [
        (previous[column] ?? 0) + (isSame ? 0 : 1),
        (previous[column + 1] ?? 0) + 1,
        (current[column] ?? 0) + 1,
      ];
      if (isSwap) changes.push((before[column - 1] ?? 0) + 1);
      current.push(Math.min(...changes));
    }
    [before, previous] = [previous, current];
  }
  return previous.at(-1) ?? 0;
}
