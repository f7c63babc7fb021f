/** A match as it would stand had the expression run over just what the wait saw. */

/**
 * A search runs over a window of the text; which one is nobody's business.
 * @param before what came between the beginning of the wait and the match.
 * @returns a copy of `match` with `index`, `input` and `indices` counted from the wait's beginning.
 */
export function copyMatch(match: RegExpExecArray, before: string): RegExpMatchArray {
  const copy = [...match] as RegExpMatchArray;
  copy.index = before.length;
  copy.input = before + match[0];
  if (match.groups !== undefined) copy.groups = { ...match.groups };
  if (match.indices !== undefined) copy.indices = shifted(match.indices, copy.index - match.index);
  return copy;
}

function shifted(indices: RegExpIndicesArray, by: number): RegExpIndicesArray {
  const move = (range: [number, number] | undefined) =>
    range === undefined ? undefined : ([range[0] + by, range[1] + by] as [number, number]);
  const moved = indices.map(move) as RegExpIndicesArray;
  const groups = Object.entries(indices.groups ?? {}).map(([name, range]) => [name, move(range)]);
  if (indices.groups !== undefined) moved.groups = Object.fromEntries(groups);
  return moved;
}
