/**
 * One look of a regular expression that is ended when it takes too long: nothing else can end one,
 * and meanwhile nothing else goes on in this process.
 */
import { createContext, Script } from "node:vm";

const place = createContext({ expression: /(?:)/, text: "" });
const look = new Script("expression.exec(text)");

/**
 * `expression.exec(text)`, with its `lastIndex`. It costs milliseconds, because a thread of its
 * own watches the clock.
 * @returns `"too slow"` where that takes more than `limitMs`.
 */
export function execWithin(
  expression: RegExp,
  text: string,
  limitMs: number,
): RegExpExecArray | null | "too slow" {
  place.expression = expression;
  place.text = text;
  try {
    return look.runInContext(place, { timeout: limitMs }) as RegExpExecArray | null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "too slow";
    throw error;
  } finally {
    place.expression = undefined;
    place.text = undefined;
  }
}
