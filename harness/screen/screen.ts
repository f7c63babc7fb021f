/** The guest's display, as a person in front of it sees it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atCaller, SpecError, type TrackCall } from "../evidence/index.ts";
import {
  type AwaitedText,
  checkPattern,
  checkWaitOptions,
  fatalLineOf,
  findOnScreen,
  type ScreenMatch,
  type WaitOptions,
  withoutBlanks,
} from "../serial/index.ts";
import type { WaitLimit } from "../wait/index.ts";
import { DeathLook } from "./death-look.ts";
import type { Display, ScreenSight } from "./display.ts";
import { type Capture, encodePng, type Picture } from "./picture.ts";
import { checkPictureName, type PictureKind, PictureNames } from "./picture-name.ts";
import { type ScreenWait, ScreenWaits } from "./screen-waits.ts";
import { hintOf, whyNoText } from "./screen-words.ts";
import type { ScreenCell, TextScreen } from "./vga-text.ts";

/** What the machine hands to its screen. */
export interface ScreenHooks {
  /** `undefined` where the machine has no display. */
  readonly display: Display | undefined;
  /** Directory of the machine's evidence. */
  readonly directory: string;
  readonly limit: (timeoutMs?: number, clock?: "host", usualMs?: number) => WaitLimit;
  /** Fatal output of this guest. */
  readonly failOn: readonly (string | RegExp)[];
  /** Whether the test expects the guest to say that it dies. */
  readonly isFatalExpected: () => boolean;
  /** The rows without those that firmware has written before it started the guest. */
  readonly guestRows: (rows: readonly string[]) => readonly string[];
  /** Called with +1 when a wait begins and with -1 when it ends. */
  readonly onWaiting: (change: 1 | -1) => void;
  /** Called with fatal output that is shown to a wait. */
  readonly onFatal: (line: string) => void;
  /** Called with the path of each file that was written as evidence. */
  readonly onFile: (path: string) => void;
  /** Takes note of each wait of the caller's. */
  readonly track?: TrackCall | undefined;
  /** Gives an error the evidence of the machine on its way out. */
  readonly attachEvidence: (error: Error, awaited?: AwaitedText) => Promise<Error>;
}

/** A machine's screen. Without a display every call is a `SpecError` that says how to get one. */
export class Screen {
  readonly name = "the screen";
  readonly #hooks: ScreenHooks;
  readonly #waits: ScreenWaits;
  readonly #names = new PictureNames();
  readonly #deaths: DeathLook;
  #captures = 0;

  /** For the machine. */
  constructor(hooks: ScreenHooks) {
    this.#hooks = hooks;
    this.#deaths = new DeathLook(hooks.failOn, hooks.onFatal);
    const judge = this.#deaths.judge.bind(this.#deaths);
    this.#waits = new ScreenWaits(() => this.#display(), hooks.onWaiting, judge);
  }

  /** Whether the machine has a display. */
  get exists(): boolean {
    return this.#hooks.display !== undefined;
  }

  /**
   * Takes a picture and writes it among the machine's evidence.
   * @param name of the file, without extension; default: "screen-1", "screen-2", … What a file name
   *   should not have becomes `-`. Two names never share a file; one name has its newest picture.
   * @throws `SpecError` without a display, and for a name that leads elsewhere; `QmpError`,
   *   `TimeoutError` where QEMU gives none.
   */
  async capture(name?: string): Promise<Capture> {
    checkPictureName(name);
    const { picture } = await this.sight();
    this.#captures += 1;
    const kind = name === undefined ? "number" : "capture";
    return this.save(picture, name ?? `screen-${this.#captures}`, kind);
  }

  /**
   * What stands on a text screen: its rows without blanks at their ends, and without empty rows at
   * the end. @throws `SpecError` where it shows graphics, or nothing yet, or there is no display.
   */
  async text(): Promise<string> {
    return withoutBlanks((await this.#textScreen()).rows);
  }

  /**
   * One look at it, or one more where the first leaves open what the cursor decides. For matchers.
   * @throws as `capture`.
   */
  async sight(needsCursor: (sight: ScreenSight) => boolean = () => false): Promise<ScreenSight> {
    return await this.#evident(async () => {
      const display = this.#display();
      const sight = await display.look();
      return needsCursor(sight) ? await display.lookWithCursor() : sight;
    });
  }

  /** Width and height in pixels, now. @throws as `capture`. */
  async size(): Promise<{ readonly width: number; readonly height: number }> {
    const { height, width } = (await this.sight()).picture;
    return { width, height };
  }

  /** The characters of a text screen with their colours, row by row. @throws as `text`. */
  async cells(): Promise<readonly (readonly ScreenCell[])[]> {
    return (await this.#textScreen()).cells;
  }

  /**
   * Whether a text screen shows `pattern` now, in a row that SeaBIOS has not written before it
   * started the guest. @throws as `text`.
   */
  async shows(pattern: string | RegExp): Promise<boolean> {
    const rows = this.#hooks.guestRows((await this.#textScreen()).rows);
    return findOnScreen(rows, pattern) !== undefined;
  }

  /**
   * Waits until a text screen shows `pattern`: at once if it does already. A row that SeaBIOS has
   * written before it started the guest does not count.
   * @throws `TimeoutError`; `GuestError` at once when the guest dies, is provably dead, or shows
   *   fatal output (`failOn`); `PatternError` where a look of a pattern had to be ended.
   */
  waitForText(pattern: string | RegExp, options: WaitOptions = {}): Promise<ScreenMatch> {
    checkPattern("pattern", pattern);
    checkWaitOptions(options);
    const shown = typeof pattern === "string" ? JSON.stringify(pattern) : String(pattern);
    const wait: ScreenWait<ScreenMatch> = {
      phase: `the screen to show ${shown}`,
      patterns: [pattern],
      look: ({ text }) => text && findOnScreen(this.#hooks.guestRows(text.rows), pattern),
      hint: (sight) => hintOf(sight, pattern),
    };
    const shows = this.waitFor(wait, options);
    return this.#hooks.track?.("waitForText()", shows) ?? shows;
  }

  /** A wait of the harness's own. @throws as `waitForText`. */
  waitFor<Result>(wait: ScreenWait<Result>, options: WaitOptions = {}): Promise<Result> {
    const { failOn, isFatalExpected } = this.#hooks;
    const fatal = ({ text }: ScreenSight) =>
      text === undefined || (options.failOn === undefined && isFatalExpected())
        ? undefined
        : fatalLineOf(text.rows, options.failOn ?? failOn);
    const awaited = { channel: this.name, patterns: wait.patterns ?? [] };
    const result = this.#evident(async () => {
      this.#display();
      const limit = this.#hooks.limit(options.timeoutMs, options.clock, wait.usualMs);
      return await this.#waits.begin({ ...wait, fatal }, limit);
    }, awaited);
    // A wait that fails before it is awaited must not end the process.
    result.catch(() => {});
    return result;
  }

  /**
   * The line by which a text screen says that the guest is dead. For the machine.
   * @throws `PatternError` alone, for a look of `failOn` that had to be ended.
   */
  async fatalLine(): Promise<string | undefined> {
    const text = (await this.glance())?.text;
    return text && fatalLineOf(text.rows, this.#hooks.failOn);
  }

  /** Looks once whether a text screen says so, and tells of it. Never throws. For the machine. */
  async lookForDeath(): Promise<void> {
    if (this.#hooks.display?.hasText && !this.#deaths.isTooSlow) await this.#waits.lookUnasked();
  }

  /** What is shown, or was when QEMU last gave a picture. Never throws. For the machine. */
  async glance(): Promise<ScreenSight | undefined> {
    try {
      return await this.#hooks.display?.look();
    } catch {
      return this.#waits.last;
    }
  }

  /** Keeps a sight as evidence: as `screen.png`, and as rows. Never throws. For the machine. */
  keep({ picture, text }: ScreenSight): readonly string[] {
    try {
      this.save(picture, "screen", "end");
    } catch {
      // What else is known of the machine must not be lost for a picture.
    }
    if (text !== undefined) return text.rows.map((row) => row.trimEnd());
    return [`graphics, ${picture.width} × ${picture.height}`];
  }

  /** Has the screen looked at, as for a wait, until the returned function is called. */
  keepLooking(): () => void {
    if (!this.exists) return () => {};
    let isOver = false;
    const look = () => (isOver ? true : undefined);
    const limit = { limitMs: Number.POSITIVE_INFINITY, name: "none" };
    this.#waits.begin({ phase: "the screen to change", look }, limit).catch(() => {});
    return () => {
      isOver = true;
    };
  }

  /** Fails every wait that a last look does not satisfy. For the machine. */
  async failWaits(makeError: (phase: string) => Error, isEnd: boolean): Promise<void> {
    await this.#waits.fail(makeError, isEnd);
  }

  /** Writes a picture among the machine's evidence. For matchers. */
  save(picture: Picture, name: string, kind: PictureKind = "matcher"): Capture {
    const png = encodePng(picture);
    const path = join(this.#hooks.directory, this.#names.fileOf(kind, name));
    mkdirSync(this.#hooks.directory, { recursive: true });
    writeFileSync(path, png, { mode: 0o600 });
    this.#hooks.onFile(path);
    return { ...picture, png, path };
  }

  async #textScreen(): Promise<TextScreen> {
    return await this.#evident(async () => {
      const { picture, text } = await this.#display().look();
      if (text !== undefined) return text;
      throw new SpecError("screen", whyNoText(picture));
    });
  }

  #display(): Display {
    const { display } = this.#hooks;
    if (display !== undefined) return display;
    throw new SpecError(
      "display",
      'is not there: this machine has no screen; give display: "std" on a PC, "virtio" on "virt"',
    );
  }

  #evident<Result>(act: () => Promise<Result>, awaited?: AwaitedText): Promise<Result> {
    return atCaller(act, (error) => this.#hooks.attachEvidence(error, awaited));
  }
}
