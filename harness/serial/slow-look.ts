/** Tells of expressions that hold everything up: while one runs, nothing else here does. */

/** Milliseconds that one look of one expression may take before it is told. `docs/limits.md`. */
const slowLookMs = 1_000;

/** Those that were told of: once is enough. */
const told = new Set<string>();

/** Runs `look`, and warns if it was slow, naming the expression and what it ran over. */
export function timed<T>(expression: RegExp, characters: number, look: () => T): T {
  const startMs = performance.now();
  const result = look();
  const tookMs = performance.now() - startMs;
  const name = `/${expression.source}/`;
  if (tookMs <= slowLookMs || told.has(name)) return result;
  told.add(name);
  process.emitWarning(
    `bringup: the pattern ${name} took ${Math.round(tookMs)} ms for ${characters} characters of ` +
      "output; meanwhile nothing else went on, limits of waits included. Patterns such as (a+)+ " +
      "take time that doubles with each character: repeat one thing only once",
  );
  return result;
}
