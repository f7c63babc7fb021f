/** Events that the harness causes for its own purposes, and that nobody else is to see. */
import type { QmpMessage } from "./message.ts";

export type EventMessage = Extract<QmpMessage, { kind: "event" }>;

/** Ends the withholding: either what came is told after all, or it is forgotten. */
export type Release = (fate: "told" | "forgotten") => void;

interface Withheld {
  readonly name: string;
  readonly messages: { readonly message: EventMessage; readonly sizeBytes: number }[];
}

export class WithheldEvents {
  readonly #tell: (message: EventMessage, sizeBytes: number) => void;
  readonly #withheld = new Set<Withheld>();
  readonly #listeners = new Set<(name: string) => void>();

  /** @param tell what becomes of an event that everybody may see. */
  constructor(tell: (message: EventMessage, sizeBytes: number) => void) {
    this.#tell = tell;
  }

  take(message: EventMessage, sizeBytes: number): void {
    const withheld = [...this.#withheld].find(({ name }) => name === message.event);
    if (withheld === undefined) {
      this.#tell(message, sizeBytes);
      return;
    }
    withheld.messages.push({ message, sizeBytes });
    for (const listener of this.#listeners) listener(message.event);
  }

  begin(name: string): Release {
    const withheld: Withheld = { name, messages: [] };
    this.#withheld.add(withheld);
    return (fate) => {
      if (!this.#withheld.delete(withheld) || fate === "forgotten") return;
      for (const { message, sizeBytes } of withheld.messages) this.#tell(message, sizeBytes);
    };
  }

  /** Calls `listener` with the name of each event as it is withheld. */
  listen(listener: (name: string) => void): void {
    this.#listeners.add(listener);
  }
}
