/** What is typed to a guest on one port: text, characters at its pace, files, commands. */
import { SpecError } from "../evidence/index.ts";
import { encodeText } from "./characters/index.ts";
import { type CommandOptions, runCommand } from "./command.ts";
import { InputLine, type TypedPort } from "./input-line.ts";
import type { LineEnd } from "./line-end.ts";
import { checkPace, Pace, type PaceOptions } from "./pace.ts";
import { sendFile } from "./send-file.ts";
import { Turns } from "./turns.ts";
import { checkWaitOptions } from "./wait-options.ts";

/** Milliseconds between two characters that are typed to a guest which does not echo. */
const typingPaceMs = 10;

export class Typing {
  readonly #input: InputLine;
  readonly #encoding: string;
  readonly #commands = new Turns();
  /** Offset of the prompt behind the last command. */
  #promptStart = 0;

  constructor(port: TypedPort) {
    this.#input = new InputLine(port);
    this.#encoding = port.encoding;
  }

  async write(input: string | Uint8Array, timeoutMs: number | undefined): Promise<void> {
    checkWaitOptions({ timeoutMs });
    if (typeof input !== "string" && !(input instanceof Uint8Array)) {
      throw new SpecError("input", `takes text or bytes, not ${typeof input}`);
    }
    const bytes = typeof input === "string" ? this.#encode("input", input) : input;
    const deadline = this.#input.deadline({ timeoutMs });
    await this.#input.inTurn(deadline, () => this.#input.send(bytes, deadline));
  }

  /**
   * Sends what a terminal answers. It takes no turn: a guest that asks while it is typed to may
   * echo nothing before it has the answer, and then typing would wait for ever.
   */
  async answer(text: string): Promise<void> {
    const wait = { description: () => "to take the answer of its terminal", failOn: [] };
    const deadline = this.#input.deadline({});
    await this.#input.sendPiece(this.#encode("answer", text), deadline, wait);
  }

  async type(text: string, options: PaceOptions): Promise<void> {
    checkPace(options);
    if (typeof text !== "string") throw new SpecError("text", `takes text, not ${typeof text}`);
    const characters = (text.match(/\r\n|[\s\S]/gu) ?? []).map((character) => {
      return { character, bytes: this.#encode("text", character) };
    });
    const deadline = this.#input.deadline(options);
    await this.#input.inTurn(deadline, async () => {
      const pace = new Pace(this.#input, deadline, options, typingPaceMs);
      for (const [index, { bytes, character }] of characters.entries()) {
        const place = `character ${index + 1} of ${characters.length}`;
        const shown = JSON.stringify(character);
        await pace.send(bytes, () => `${shown} (${place})`);
      }
    });
  }

  async sendFile(file: string | Uint8Array, options: PaceOptions): Promise<void> {
    await sendFile(this.#input, file, options);
  }

  #encode(field: string, text: string): Uint8Array {
    return encodeText(field, text, this.#encoding);
  }

  /** `lineEnd` and all else are checked by the port. */
  async command(line: string, lineEnd: LineEnd, options: CommandOptions): Promise<string> {
    const deadline = this.#input.deadline(options);
    const wait = { description: () => "to answer the command before this", failOn: options.failOn };
    const endTurn = await this.#commands.take((earlier) =>
      this.#input.meanwhile(earlier, deadline, wait),
    );
    try {
      const known = this.#promptStart;
      const answer = await runCommand(this.#input, line, lineEnd, options, deadline, known);
      this.#promptStart = answer.promptStart;
      return answer.output;
    } finally {
      endTurn();
    }
  }
}
