/** What a terminal answers when the guest asks it: kept until it can be sent. */

/** Answers that are kept, and that are on their way. `docs/limits.md`. */
const mostUnanswered = 100;

export class QueryAnswers {
  readonly #send: (answer: string) => Promise<void>;
  #kept: string[] = [];
  #underWay = 0;
  #isOn = false;
  #isReplaying = false;

  /** @param send resolves when the guest can read the answer, or never will: it does not reject. */
  constructor(send: (answer: string) => Promise<void>) {
    this.#send = send;
  }

  /** The terminal has an answer. */
  take(answer: string): void {
    // What has been answered is not answered again.
    if (this.#isOn && this.#isReplaying) return;
    this.#kept.push(answer);
    if (this.#isOn) this.#sendKept();
    if (this.#kept.length > mostUnanswered) this.#kept.shift();
  }

  /** The guest's output is drawn again from its beginning, and so it asks everything again. */
  whileReplaying(draw: () => void): void {
    if (!this.#isOn) this.#kept = [];
    this.#isReplaying = true;
    draw();
    this.#isReplaying = false;
  }

  /** From now on answers are sent, and so are those that were kept. */
  start(): void {
    this.#isOn = true;
    this.#sendKept();
  }

  /** A guest that asks and never reads has so many answers on their way, and no more. */
  #sendKept(): void {
    while (this.#underWay < mostUnanswered) {
      const answer = this.#kept.shift();
      if (answer === undefined) return;
      this.#underWay += 1;
      this.#send(answer).then(() => {
        this.#underWay -= 1;
        this.#sendKept();
      });
    }
  }
}
