/** The guest's keyboard. */
import { atCaller, SpecError } from "../evidence/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import { type Key, type KeyboardLayout, keyNamed, keyStrokeOf } from "./keyboard-layouts.ts";

/** Milliseconds of the guest's time that a key is held, and that lie between two. */
const holdMs = 10;
/** Characters that QEMU queues for the keyboard at once; it holds some 1,000 events. */
const pieceCharacters = 50;
/** Characters of one call. `docs/limits.md`. */
const longestText = 10_000;

export interface TypeOptions {
  /** Layout that the guest takes the keyboard for; default `"us"`. */
  readonly layout?: KeyboardLayout;
}

/** Types and presses keys. A key goes to the keyboard that QEMU thinks active: USB before PS/2. */
export class Keyboard {
  readonly #qmp: QmpClient;

  /** For the machine. */
  constructor(qmp: QmpClient) {
    this.#qmp = qmp;
  }

  /**
   * Types a text; "\n" is the return key. Keys are held for 10 ms of the guest's own time each, so
   * that a keyboard with a small queue loses none. Holds afterwards: all keys are released, unless
   * the machine is paused meanwhile: its time stands still, and QEMU goes on once it runs again.
   * @throws `SpecError` naming a character that the layout has no key for: nothing is typed then.
   */
  async type(text: string, { layout = "us" }: TypeOptions = {}): Promise<void> {
    await atCaller(async () => {
      if (text.length > longestText) {
        throw new SpecError("text", `has ${text.length} characters; type at most ${longestText}`);
      }
      const strokes = [...text].map((character) => {
        const stroke = keyStrokeOf(character, layout);
        if (stroke !== undefined) return stroke;
        const name = JSON.stringify(character);
        throw new SpecError("text", `has ${name}, for which the layout "${layout}" has no key`);
      });
      for (let from = 0; from < strokes.length; from += pieceCharacters) {
        const piece = strokes.slice(from, from + pieceCharacters);
        for (const { key, shift } of piece) await this.#send(shift ? ["shift", key] : [key]);
        await this.#pause(piece.length);
      }
    });
  }

  /**
   * Presses keys together and releases them: "enter", "ctrl-c", "ctrl-alt-delete". The names are
   * QEMU's ("pgup", "f1", "kp_5") and the usual ones ("pageup", "escape").
   * @throws `SpecError` naming a key that there is not.
   */
  async press(keys: string): Promise<void> {
    await atCaller(async () => {
      const names = keys === "-" ? ["minus"] : keys.split("-");
      await this.#send(names.map(keyOf));
      await this.#pause(1);
    });
  }

  /** Presses a key and holds it. @throws `SpecError`. */
  async down(key: string): Promise<void> {
    await atCaller(() => this.#event(keyOf(key), true));
  }

  /** Releases a key. @throws `SpecError`. */
  async up(key: string): Promise<void> {
    await atCaller(() => this.#event(keyOf(key), false));
  }

  async #send(keys: readonly Key[]): Promise<void> {
    const values = keys.map((data) => ({ type: "qcode", data }) as const);
    await this.#qmp.execute("send-key", { keys: values, "hold-time": holdMs });
  }

  async #event(data: Key, down: boolean): Promise<void> {
    const key = { type: "qcode", data } as const;
    await this.#qmp.execute("input-send-event", {
      events: [{ type: "key", data: { key, down } }],
    });
  }

  /** QEMU says nothing of when a key was taken: its time is all there is to go by. */
  #pause(strokes: number): Promise<void> {
    // style-allow sleep: there is no event.
    return new Promise((resolve) => setTimeout(resolve, strokes * 2 * holdMs));
  }
}

function keyOf(name: string): Key {
  const key = keyNamed(name);
  if (key !== undefined) return key;
  throw new SpecError(
    "keys",
    `has ${JSON.stringify(name)}, which is no key; there are letters, digits, "enter", "esc", ` +
      '"tab", "ctrl", "alt", "shift", "delete", "up", "f1" and others, joined by "-"',
  );
}
