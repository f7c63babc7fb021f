/** The lines below fatal output that say why: of Rust's panics since 1.73 the message is there. */
import type { Reason } from "../deaths/index.ts";

/** Lines of a reason that are taken. */
const mostLines = 4;
/** Characters of a line that are taken; what follows is not part of the reason. */
const mostCharacters = 1000;

export class ReasonBelow {
  readonly #reason: Reason;
  #line = "";
  #taken = 0;

  constructor(reason: Reason) {
    this.#reason = reason;
  }

  /** What has come of the line that is not complete. */
  get unfinished(): string {
    return this.#line;
  }

  /** Whether the reason can have a further line. */
  get mayGoOn(): boolean {
    return this.#reason.further !== undefined && this.#taken < mostLines;
  }

  /**
   * Takes text up to the end of the line.
   * @returns how the line ends and the text behind it; `undefined` while it is not complete.
   */
  add(text: string): { readonly lineEnd: string; readonly rest: string } | undefined {
    const newline = text.indexOf("\n");
    const end = newline === -1 ? text.length : newline;
    const room = mostCharacters - this.#line.length;
    this.#line += text.slice(0, Math.min(end, room));
    if (end >= room) return { lineEnd: "", rest: text.slice(room) };
    return newline === -1 ? undefined : { lineEnd: "\n", rest: text.slice(newline + 1) };
  }

  /** The line as it stands, if it belongs to the reason; the next one begins. */
  take(): { readonly line: string; readonly fits: boolean } {
    const line = this.#line;
    this.#line = "";
    const expected = this.#taken === 0 ? this.#reason.first : this.#reason.further;
    this.#taken += 1;
    return { line, fits: expected?.test(line) === true };
  }
}

/** The search for the reason of a headline; `undefined` where the headline has it. */
export function reasonBelow(headline: string, reason: Reason | undefined): ReasonBelow | undefined {
  if (reason === undefined || reason.asked?.test(headline) === false) return undefined;
  return new ReasonBelow(reason);
}
