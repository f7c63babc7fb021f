/** What a wait was for, so that its failure can tell where else that is to be seen. */
export interface AwaitedText {
  /** The port, the terminal or the screen that was waited on, by its `name`. */
  readonly channel: string;
  /** What it was to print or to show; none where a wait is for no text of its own. */
  readonly patterns: readonly (string | RegExp)[];
}
