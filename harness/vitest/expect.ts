/** vitest's `expect`, with the matchers for machines and ports, typed by what is expected of. */
import { type Assertion, type ExpectStatic, expect as vitestExpect } from "vitest";
import type { EndOptions, Machine } from "../machine/index.ts";
import type {
  EmitEventOptions,
  ExpectedExit,
  ExpectedPciDevice,
  NegatedOptions,
  NotPrintOptions,
  NotShowTextOptions,
  PanicOptions,
  ScreenshotOptions,
} from "../matchers/index.ts";
import type { QmpClient, QmpEventName, QmpRunState } from "../qmp/index.ts";
import type { Screen } from "../screen/index.ts";
import type { SerialPort, SerialTerminal, WaitOptions } from "../serial/index.ts";
import { registerMatchers } from "./register-matchers.ts";

/** Matchers of a serial port. */
export interface SerialMatchers {
  /** The port prints `pattern`, from the cursor on; the cursor moves behind it. */
  toPrint(pattern: string | RegExp, options?: WaitOptions): Promise<void>;
}

/** Matchers of a serial port under `.not`. */
export interface NegatedSerialMatchers {
  /** The port does not print `pattern` until the moment that the options name. */
  toPrint(pattern: string | RegExp, options: NotPrintOptions): Promise<void>;
}

/** Matchers of a screen. */
export interface ScreenMatchers extends TerminalMatchers {
  /** The screen looks like its baseline, now or before long. */
  toMatchScreenshot(name: string, options?: ScreenshotOptions): Promise<void>;
  toMatchScreenshot(options?: ScreenshotOptions): Promise<void>;
}

/** Matchers of a terminal. */
export interface TerminalMatchers {
  /** The screen shows `pattern`, now or before long. */
  toShowText(pattern: string | RegExp, options?: WaitOptions): Promise<void>;
}

/** Matchers of a terminal under `.not`. */
export interface NegatedTerminalMatchers {
  /** The screen does not show `pattern` now, and with `forMs` for so long. */
  toShowText(pattern: string | RegExp, options?: NotShowTextOptions): Promise<void>;
}

interface EventMatcher<Options> {
  /** QEMU emits a QMP event, or has since the machine started. */
  toEmitEvent<Name extends QmpEventName>(
    name: Name,
    ...options: Options extends NegatedOptions
      ? [options: EmitEventOptions<Name> & NegatedOptions]
      : [options?: EmitEventOptions<Name>]
  ): Promise<void>;
}

interface StateMatchers {
  /** QMP's run state is "running", now. */
  toBeRunning(): Promise<void>;
  /** QMP's run state is "paused", now. */
  toBePaused(): Promise<void>;
  /** QMP's run state, now. */
  toHaveQmpState(state: QmpRunState): Promise<void>;
  /** The machine has a PCI device as described, now. */
  toHavePciDevice(expected: ExpectedPciDevice): Promise<void>;
}

/** Matchers of a machine. */
export interface MachineMatchers extends StateMatchers, EventMatcher<object> {
  /** The machine ends, as `expected` says. */
  toExit(expected?: ExpectedExit, options?: EndOptions): Promise<void>;
  /** The guest switches the machine off. */
  toPowerOff(options?: EndOptions): Promise<void>;
  /** The guest resets the machine. */
  toReset(options?: EndOptions): Promise<void>;
  /** The guest reports its own death. */
  toPanic(message?: string | RegExp, options?: EndOptions): Promise<void>;
}

/** Matchers of a machine under `.not`: they hold for `forMs` milliseconds. */
export interface NegatedMachineMatchers extends StateMatchers, EventMatcher<NegatedOptions> {
  toExit(expected: ExpectedExit, options: NegatedOptions): Promise<void>;
  toPowerOff(options: NegatedOptions): Promise<void>;
  toReset(options: NegatedOptions): Promise<void>;
  toPanic(options: PanicOptions & NegatedOptions): Promise<void>;
}

/**
 * What `expect(actual)` offers: vitest's own matchers, and those that fit the receiver. A port
 * that may be missing (`vm.debugConsole`, `vm.serialPorts[1]`) has them too, and fails if it is.
 */
export type BringupAssertion<Actual> = Assertion<void, Actual> & MatchersFor<NonNullable<Actual>>;

type MatchersFor<Actual> = 0 extends 1 & Actual
  ? unknown
  : [Actual] extends [never]
    ? unknown
    : [Actual] extends [SerialPort]
      ? SerialMatchers & { not: NegatedSerialMatchers }
      : [Actual] extends [SerialTerminal]
        ? TerminalMatchers & { not: NegatedTerminalMatchers }
        : [Actual] extends [Screen]
          ? ScreenMatchers & {
              not: NegatedTerminalMatchers & Pick<ScreenMatchers, "toMatchScreenshot">;
            }
          : [Actual] extends [Machine]
            ? MachineMatchers & { not: NegatedMachineMatchers }
            : [Actual] extends [QmpClient]
              ? EventMatcher<object> & { not: EventMatcher<NegatedOptions> }
              : unknown;

/** vitest's `expect`, typed by its receiver. */
export interface BringupExpect extends Omit<ExpectStatic, "soft"> {
  <Actual>(actual: Actual, message?: string): BringupAssertion<Actual>;
  /** As `expect`, but the test goes on after a failure. */
  soft: <Actual>(actual: Actual, message?: string) => BringupAssertion<Actual>;
}

registerMatchers();

/** vitest's `expect`, which has bringup's matchers, with the types that they need. */
export const expect = vitestExpect as unknown as BringupExpect;
