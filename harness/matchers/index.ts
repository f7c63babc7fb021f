import { toBePaused } from "./to-be-paused.ts";
import { toBeRunning } from "./to-be-running.ts";
import { toEmitEvent } from "./to-emit-event.ts";
import { toExit } from "./to-exit.ts";
import { toHavePciDevice } from "./to-have-pci-device.ts";
import { toHaveQmpState } from "./to-have-qmp-state.ts";
import { toMatchScreenshot } from "./to-match-screenshot.ts";
import { toPanic } from "./to-panic.ts";
import { toPowerOff } from "./to-power-off.ts";
import { toPrint } from "./to-print.ts";
import { toReset } from "./to-reset.ts";
import { toShowText } from "./to-show-text.ts";

export type { MatcherCall, MatcherResult, NegatedOptions } from "./outcome.ts";
export type { ScreenshotOptions } from "./screenshot-options.ts";
export type { EmitEventOptions } from "./to-emit-event.ts";
export type { ExpectedExit } from "./to-exit.ts";
export type { ExpectedPciDevice } from "./to-have-pci-device.ts";
export type { Baseline } from "./to-match-screenshot.ts";
export type { PanicOptions } from "./to-panic.ts";
export type { NotPrintOptions } from "./to-print.ts";
export type { NotShowTextOptions, TextShower } from "./to-show-text.ts";

/** Every matcher by its name. Each takes how it was called, what it was called on, and the rest. */
export const matchers = {
  toBePaused,
  toBeRunning,
  toEmitEvent,
  toExit,
  toHavePciDevice,
  toHaveQmpState,
  toMatchScreenshot,
  toPanic,
  toPowerOff,
  toPrint,
  toReset,
  toShowText,
} as const;
