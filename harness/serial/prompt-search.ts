/** Finds the prompt of a guest before a command, and behind its output. */
import { findEcho } from "./command-echo.ts";
import { withFlags } from "./expression.ts";
import { lookBackCharacters } from "./pattern-search.ts";
import type { Found, PatternSearch } from "./search.ts";
import { LimitedLook } from "./slow-look.ts";

/** The part of a port's text that a search reads: offsets count from the very start. */
export interface PrintedText {
  readonly end: number;
  slice(start: number, end: number): string;
}

/** Index at which `text` ends with the prompt, or `undefined`. */
type Prompt = (text: string) => number | undefined;

export function promptAtEnd(prompt: string | RegExp): Prompt {
  if (typeof prompt === "string") {
    const wanted = prompt.replace(/\r\n?/g, "\n");
    return (text) => (text.endsWith(wanted) ? text.length - wanted.length : undefined);
  }
  const { flags, source } = withFlags(prompt, prompt.multiline ? "" : "m");
  const look = new LimitedLook(new RegExp(`(?:${source})(?![\\s\\S])`, flags));
  return (text) => look.at(text)?.index;
}

/** Finds that the guest stands at its prompt. */
export class PromptSearch implements PatternSearch {
  readonly #text: PrintedText;
  readonly #prompt: Prompt;
  readonly #known: number;

  /**
   * @param known offset of the prompt that was found last: it need not stand at the beginning of a
   *   line, for a guest that neither echoes nor prints anything.
   */
  constructor(text: PrintedText, prompt: Prompt, known: number) {
    this.#text = text;
    this.#prompt = prompt;
    this.#known = known;
  }

  add(): undefined {}

  settle(): Found | undefined {
    const { end } = this.#text;
    const earliest = Math.max(0, end - lookBackCharacters);
    return (
      foundAt(this.#text, this.#prompt, earliest) ??
      foundAt(this.#text, this.#prompt, Math.max(this.#known, earliest))
    );
  }
}

/** Finds the next prompt behind the echo of a line. */
export class AnswerSearch implements PatternSearch {
  readonly #text: PrintedText;
  readonly #prompt: Prompt;
  readonly #line: string;
  readonly #echo: boolean | undefined;
  readonly #start: number;
  readonly #column: number;
  /** The beginning of what came, in which the echo is looked for. */
  #head = "";
  #outputStart: number;
  #outputEnd: number;

  /** Make it when the line is sent. */
  constructor(text: PrintedText, prompt: Prompt, line: string, echo: boolean | undefined) {
    this.#text = text;
    this.#prompt = prompt;
    this.#line = line;
    this.#echo = echo;
    this.#start = text.end;
    this.#outputStart = text.end;
    this.#outputEnd = text.end;
    const before = text.slice(Math.max(0, text.end - lookBackCharacters), text.end);
    this.#column = before.length - 1 - before.lastIndexOf("\n");
  }

  /** Offset behind the echo; final once the prompt is found. */
  get outputStart(): number {
    return this.#outputStart;
  }

  /** Offset before the prompt, once that is found. */
  get outputEnd(): number {
    return this.#outputEnd;
  }

  add(piece: string): undefined {
    const room = 2 * lookBackCharacters - this.#head.length;
    if (room > 0) this.#head += piece.slice(0, room);
  }

  settle(): Found | undefined {
    if (this.#echo !== false) {
      const isPrompt = (text: string) => this.#prompt(text) !== undefined;
      const sent = { line: this.#line, column: this.#column, isPrompt };
      const echo = findEcho(this.#head, sent);
      if (echo === "unfinished" || (this.#echo === true && echo.end === 0)) return undefined;
      this.#outputStart = this.#start + echo.end;
    }
    const from = Math.max(this.#outputStart, this.#text.end - lookBackCharacters);
    const found = foundAt(this.#text, this.#prompt, from);
    if (found !== undefined) this.#outputEnd = found.start;
    return found;
  }
}

function foundAt(printed: PrintedText, prompt: Prompt, from: number): Found | undefined {
  const { end } = printed;
  const text = printed.slice(from, end);
  const index = prompt(text);
  if (index === undefined) return undefined;
  // The slice is shorter where its beginning is no longer in memory.
  const start = end - text.length + index;
  return { start, end, decidedAt: end, text: text.slice(index), match: null };
}
