/** Values as JSON can carry them: what an error holds ends in reports, and may not break one. */

/**
 * A copy of `value` that `JSON.stringify` takes and gives back unchanged. A `bigint` becomes the
 * string of its decimal digits, as does a number that JSON lacks ("NaN"); an error becomes its name
 * and message; what stands inside itself becomes "[circular]"; functions and symbols, and what is
 * `undefined`, are left out, or `null` in an array.
 */
export function toPlainData(value: unknown): unknown {
  return convert(value, []) ?? null;
}

function convert(value: unknown, around: readonly object[]): unknown {
  switch (typeof value) {
    case "bigint":
      return String(value);
    case "number":
      // JSON has no negative zero either, but zero it is.
      return Number.isFinite(value) ? value + 0 : String(value);
    case "string":
    case "boolean":
      return value;
    case "object":
      return value === null ? null : convertObject(value, around);
    default:
      return undefined;
  }
}

function convertObject(value: object, around: readonly object[]): unknown {
  if (around.includes(value)) return "[circular]";
  const inside = [...around, value];
  if (value instanceof Error) return { name: value.name, message: value.message };
  // Unlike `map`, this also visits holes.
  if (Array.isArray(value)) return Array.from(value, (item) => convert(item, inside) ?? null);
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return convert(value.toJSON(), inside);
  }
  const entries = Object.entries(value).map(([key, item]) => [key, convert(item, inside)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}
