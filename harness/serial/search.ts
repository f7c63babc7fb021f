/** What every search of a port's text has in common. */

/** What a search found. Offsets count characters of the port's text from the very start. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** Offset after the character whose arrival decided the match. */
  readonly decidedAt: number;
  readonly text: string;
  readonly match: RegExpExecArray | null;
}

/**
 * A search in progress. Feed it every piece of text once, in order. A look that takes too long
 * throws a `SpecError`.
 */
export interface PatternSearch {
  /**
   * Looks at the text that `piece` adds. Once something is found, the search is over.
   * @param isRuledOut nothing of what every match has is in it.
   */
  add(piece: string, isRuledOut?: boolean): Found | undefined;
  /**
   * Looks at a match that could still grow, now that the line has gone quiet.
   * @param held what stands behind the text, and may be taken back: the search does not keep it.
   */
  settle(held?: string): Found | undefined;
  /** For the message of a wait that fails: a limit that may be why, or `""`. */
  readonly detail?: string;
}
