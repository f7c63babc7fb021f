/** The guest's keyboard. */

import { atCaller, checkOptionNames, SpecError } from "../evidence/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import { passed } from "../wait/index.ts";
import { KeyboardController } from "./keyboard-controller.ts";
import {
  chordOf,
  isLayout,
  type Key,
  type KeyboardLayout,
  keyNamed,
  keyStrokeOf,
} from "./keyboard-layouts.ts";

/** Milliseconds of the guest's time that a key is held, and that lie between two. */
const holdMs = 10;
/** Strokes that QEMU queues for the keyboard at once; it holds some 1,000 events. */
const pieceStrokes = 50;
/** Characters of one call. `docs/limits.md`. */
const longestText = 10_000;

export interface TypeOptions {
  /** Layout that the guest takes the keyboard for; default `"us"`. */
  readonly layout?: KeyboardLayout;
}

/** What is known of the machine's keyboards. */
export interface KeyboardFacts {
  /** Whether there is one, as far as is known. */
  readonly exists: () => boolean;
  /** Whether the board has a PC's controller, which tells what the guest has read. */
  readonly hasController: boolean;
}

/** Types and presses keys. A key goes to the keyboard that QEMU thinks active: USB before PS/2. */
export class Keyboard {
  readonly #qmp: QmpClient;
  readonly #facts: KeyboardFacts;

  /** For the machine. */
  constructor(qmp: QmpClient, facts: KeyboardFacts) {
    this.#qmp = qmp;
    this.#facts = facts;
  }

  /**
   * Types a text; "\n" is the return key. Keys are held for 10 ms of the guest's own time each, and
   * on a PC each waits until the guest has read the one before. Holds afterwards: all keys are
   * released, unless the machine is paused meanwhile: its time stands still, and QEMU goes on once
   * it runs again.
   * @throws `SpecError` naming a character that the layout has no key for: nothing is typed then;
   *   where the machine has no keyboard.
   */
  async type(text: string, options: TypeOptions = {}): Promise<void> {
    await atCaller(async () => {
      const layout = layoutOf(options);
      if (text.length > longestText) {
        throw new SpecError("text", `has ${text.length} characters; type at most ${longestText}`);
      }
      const strokes = [...text].map((character) => {
        const stroke = keyStrokeOf(character, layout);
        if (stroke !== undefined) return stroke;
        const name = JSON.stringify(character);
        throw new SpecError("text", `has ${name}, for which the layout "${layout}" has no key`);
      });
      await this.#strokes(strokes.map(({ key, shift }) => (shift ? ["shift", key] : [key])));
    });
  }

  /**
   * Presses a key, with those that are held meanwhile before it, and releases them: "enter",
   * "ctrl-c", "ctrl-alt-delete". The names are QEMU's ("pgup", "f1", "kp_5") and the usual ones
   * ("page-up", "escape"); a single character is the key of the layout that types it.
   * @throws `SpecError` for what is no key; where the machine has no keyboard.
   */
  async press(keys: string, options: TypeOptions = {}): Promise<void> {
    await atCaller(async () => {
      const chord = typeof keys === "string" ? chordOf(keys, layoutOf(options)) : undefined;
      if (chord === undefined) throw unknownKey(keys);
      await this.#strokes([chord]);
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

  /** QEMU drops in silence what is typed where nothing takes it. */
  #checkThere(): void {
    if (this.#facts.exists()) return;
    const advice =
      'add usb.keyboard() or device("virtio-keyboard-pci"), which the guest has to use';
    throw new SpecError("devices", `have no keyboard, and the board has none either: ${advice}`);
  }

  async #strokes(strokes: readonly (readonly Key[])[]): Promise<void> {
    this.#checkThere();
    const controller = this.#facts.hasController ? new KeyboardController(this.#qmp) : undefined;
    const most = controller === undefined ? pieceStrokes : 1;
    for (let from = 0; from < strokes.length; from += most) {
      const piece = strokes.slice(from, from + most);
      for (const keys of piece) await this.#send(keys);
      await this.#pause(piece.length);
      await controller?.drained();
    }
  }

  async #send(keys: readonly Key[]): Promise<void> {
    const values = keys.map((data) => ({ type: "qcode", data }) as const);
    await this.#qmp.execute("send-key", { keys: values, "hold-time": holdMs });
  }

  async #event(data: Key, down: boolean): Promise<void> {
    this.#checkThere();
    const key = { type: "qcode", data } as const;
    await this.#qmp.execute("input-send-event", {
      events: [{ type: "key", data: { key, down } }],
    });
  }

  /** QEMU says nothing of when a key was taken: its time is all there is to go by. */
  #pause(strokes: number): Promise<void> {
    // style-allow sleep: there is no event.
    return passed(strokes * 2 * holdMs);
  }
}

/** @throws `SpecError` for options that there are not. */
function layoutOf(options: TypeOptions): KeyboardLayout {
  checkOptionNames(options, ["layout"]);
  const { layout = "us" } = options;
  if (isLayout(layout)) return layout;
  throw new SpecError("layout", `got ${JSON.stringify(layout)}, takes "us" or "jp"`);
}

function keyOf(name: string): Key {
  const key = typeof name === "string" ? keyNamed(name) : undefined;
  if (key !== undefined) return key;
  throw unknownKey(name);
}

function unknownKey(keys: unknown): SpecError {
  return new SpecError(
    "keys",
    `got ${JSON.stringify(keys)}, takes one key such as "a", "enter", "esc", "tab", "up", "delete" ` +
      'or "f1", and before it what is held: "ctrl-", "alt-", "shift-", "meta-", "shift_r-"',
  );
}
