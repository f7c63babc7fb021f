/** Watches the firmware's console for the return of the EFI application under test. */

import type { MachineExit } from "../evidence/index.ts";
import type { QmpEvent } from "../qmp/index.ts";
import type { SerialPort } from "../serial/index.ts";
import { afterInput } from "../wait/index.ts";
import type { ChosenBoard } from "./choose-board.ts";
import { EfiReturnSearch, type EfiStarter } from "./efi-return.ts";
import type { DetectedImage } from "./image-types.ts";
import type { MachineParts } from "./machine-parts.ts";
import type { MachineSpec } from "./spec.ts";

/** Who starts the application under test; `undefined` where no UEFI firmware may be. */
export function efiStarterOf(
  { commandLine }: Pick<MachineSpec, "commandLine">,
  { firmware }: Pick<ChosenBoard, "firmware">,
  image: DetectedImage | undefined,
): EfiStarter | undefined {
  if (["default", "none", "qboot"].includes(firmware as string)) return undefined;
  if (image?.kind !== "efi-application") return "any disk";
  return commandLine === undefined ? "firmware" : "shell";
}

/** A watch over the port that is the firmware's console. */
export interface EfiWatch {
  readonly portName: string;
  /** The port is about to have more text. */
  sawOutput(): void;
}

/** @param onReturn is called at most once, when whoever waited for the output before has it. */
export function watchEfi(
  { plan, qmp }: Pick<MachineParts, "plan" | "qmp">,
  port: SerialPort,
  onReturn: (exit: MachineExit) => void,
): EfiWatch | undefined {
  if (plan.efiStarter === undefined) return undefined;
  const search = new EfiReturnSearch(plan.efiStarter);
  let seen = 0;
  let isOver = false;
  const look = () => {
    const text = port.slice(seen, port.end);
    seen = port.end;
    const found = isOver ? undefined : search.take(text);
    if (found === undefined) return;
    isOver = true;
    onReturn({ kind: "efi-return", ...found });
  };
  qmp.onEvent(({ event }: QmpEvent) => {
    // What was printed before the reset is in the FIFO; one turn of the loop reads it.
    if (event === "RESET") {
      afterInput(() => {
        look();
        search.reset();
      });
    }
  });
  return { portName: port.name, sawOutput: () => void afterInput(look) };
}
