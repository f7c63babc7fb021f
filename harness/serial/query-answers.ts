/** What a terminal answers when the guest asks it: kept until a test wants it to be sent. */

/** Answers that are kept. `docs/limits.md`. */
const mostUnanswered = 100;

export class QueryAnswers {
  readonly #send: (answer: string) => void;
  #kept: string[] = [];
  #isOn = false;
  #isReplaying = false;

  constructor(send: (answer: string) => void) {
    this.#send = send;
  }

  /** The terminal has an answer. */
  take(answer: string): void {
    if (this.#isOn) {
      // What has been answered is not answered again.
      if (!this.#isReplaying) this.#send(answer);
      return;
    }
    this.#kept.push(answer);
    if (this.#kept.length > mostUnanswered) this.#kept.shift();
  }

  /** The guest's output is drawn again from its beginning, and so it asks everything again. */
  whileReplaying(draw: () => void): void {
    this.#kept = [];
    this.#isReplaying = true;
    draw();
    this.#isReplaying = false;
  }

  /** From now on answers are sent, and so are those that were kept. */
  start(): void {
    this.#isOn = true;
    for (const answer of this.#kept.splice(0)) this.#send(answer);
  }
}
