/** One piece of fatal output, and what is kept of its line while that grows. */
import type { Reason } from "../deaths/index.ts";
import { cutTo } from "../text/index.ts";

/** Characters of a fatal line that are kept. */
export const longestLine = 1000;
/** Characters of a line and its reason below. */
const longestMessage = 2000;

/** One piece of fatal output. */
export interface FatalOutput {
  /** Offset after the character that decided it. */
  readonly decidedAt: number;
  /**
   * The line it stands in, from its beginning to what has been printed of it so far, and the lines
   * below that tell the reason. Says so where it was cut.
   */
  readonly line: string;
  /** `false` while the line may still grow. */
  readonly complete: boolean;
}

export class GrowingOutput implements FatalOutput {
  readonly decidedAt: number;
  /** What tells the reason below, if something may. */
  readonly reason: Reason | undefined;
  line: string;
  complete = false;
  #text: string;
  /** Characters of the whole. */
  #length: number;

  /** @param length characters of the line so far, of which `text` may be only the newest. */
  constructor(decidedAt: number, text: string, length: number, reason: Reason | undefined) {
    this.decidedAt = decidedAt;
    this.reason = reason;
    this.#text = text;
    this.#length = length;
    this.line = cutTo(text, length);
  }

  /** The line goes on. */
  grow(text: string): void {
    this.#length += text.length;
    this.#keep(this.#text + text, longestLine);
  }

  /** A line below belongs to the message. */
  append(text: string): void {
    const [head, reason] = [this.#text.trimEnd(), ` ${text.trim()}`];
    this.#length += reason.length - (this.#text.length - head.length);
    this.#keep(head + reason, longestMessage);
  }

  #keep(text: string, most: number): void {
    this.#text = text.slice(0, most);
    this.line = cutTo(this.#text, this.#length);
  }
}
