/** Keeps input in step with the guest: by its echo where it echoes, else by time. */
import { SpecError } from "../evidence/index.ts";
import { CharacterDecoder } from "./characters/index.ts";
import type { Deadline } from "./deadline.ts";
import { EchoSearch } from "./echo-search.ts";
import type { InputLine } from "./input-line.ts";
import { checkWaitOptions, type WaitOptions } from "./wait-options.ts";

/** Silence after which a guest is taken not to echo, in milliseconds. */
const echoQuietMs = 250;

/** How input keeps step with the guest. */
export interface PaceOptions extends WaitOptions {
  /** Milliseconds without progress after which the call fails. Default: the machine's limit. */
  readonly timeoutMs?: number | undefined;
  /**
   * `true`: the guest echoes, and an echo that does not come fails the call. `false`: it does not.
   * Default: it is found out.
   */
  readonly echo?: boolean | undefined;
  /** Milliseconds between two pieces of input where there is no echo. */
  readonly paceMs?: number | undefined;
}

/** @throws `SpecError` for what is no time, and for patterns that every output satisfies. */
export function checkPace(options: PaceOptions): void {
  checkWaitOptions(options, ["echo", "paceMs"]);
  const { paceMs } = options;
  if (paceMs !== undefined && !(paceMs >= 0 && Number.isFinite(paceMs))) {
    throw new SpecError("paceMs", `takes milliseconds from 0 on, not ${paceMs}`);
  }
}

/** The pace of one call. */
export class Pace {
  readonly #input: InputLine;
  readonly #deadline: Deadline;
  readonly #options: PaceOptions;
  readonly #paceMs: number;
  /** What is sent, as characters: pieces of a file may end within one. */
  readonly #characters: CharacterDecoder;
  #echo: boolean | undefined;
  #hasSent = false;

  /** @param paceMs what holds where `options` does not say. */
  constructor(input: InputLine, deadline: Deadline, options: PaceOptions, paceMs: number) {
    this.#input = input;
    this.#deadline = deadline;
    this.#options = options;
    this.#paceMs = options.paceMs ?? paceMs;
    this.#echo = options.echo;
    this.#characters = new CharacterDecoder(input.port.encoding);
  }

  /** Whether the guest is known to echo: `undefined` while it has to be found out. */
  get echo(): boolean | undefined {
    return this.#echo;
  }

  /** Whether nothing but the guest's own appetite holds the input up. */
  get isFree(): boolean {
    return this.#echo === false && this.#paceMs === 0;
  }

  /** From now on an echo that does not come is an error. */
  requireEcho(): void {
    this.#echo = true;
  }

  /**
   * Sends one piece and waits for its echo. Where none comes, none is waited for any more.
   * @param place what the piece is, for messages.
   */
  async send(piece: Uint8Array, place: () => string): Promise<void> {
    if (this.#echo === false && this.#hasSent) {
      await this.#input.pause(this.#paceMs, this.#options);
    }
    this.#hasSent = true;
    const search = new EchoSearch(this.#characters.write(piece), this.#input.port.end);
    const what = (verb: string) => ({ description: () => `to ${verb} ${place()}` });
    const { failOn } = this.#options;
    await this.#input.sendPiece(piece, this.#deadline, { ...what("take"), failOn });
    if (this.#echo !== false) {
      const quietMs = this.#echo === true ? undefined : echoQuietMs;
      const wait = { ...what("echo"), failOn };
      const isEchoed = await this.#input.echoed(search, this.#deadline, wait, quietMs);
      if (!isEchoed) this.#echo = false;
    }
    this.#deadline.restart();
  }
}
