/**
 * Whether an EFI application has returned to the firmware, by what firmware from edk2 prints on its
 * console. Pure.
 *
 * Before it loads a boot option and before it starts it, and when loading or starting has failed,
 * it prints a line with the option (OvmfPkg/Library/PlatformBmPrintScLib, since 2019, for every
 * virtual machine of edk2: OVMF, ArmVirtQemu, RiscVVirtQemu, LoongArchVirtQemu):
 *
 *     BdsDxe: starting Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x3,0x0)
 *     BdsDxe: failed to start Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x3,0x0): Not Found
 *
 * It prints nothing of an application that returned no error, but goes on: after a success with its
 * menu, else with the next option (MdeModulePkg/Universal/BdsDxe/BdsEntry.c, `BootBootOptions`).
 * Its handler is gone after ExitBootServices(), and it hears of nothing that an application starts.
 */
import { shellSays } from "./boot-media/shell-script.ts";
import { efiErrorName, efiNameOfShellError, efiSuccess, efiWarning } from "./efi-status.ts";

/** Who starts the guest's application, and so whose end is the guest's. */
export type EfiStarter =
  /** Firmware, from a disk that is made for the application. */
  | "firmware"
  /** The UEFI shell, whose start-up script says what the application returned. */
  | "shell"
  /** Firmware, from whatever the machine has: what comes after one option may be the next one's. */
  | "any disk";

/** What was returned, and the firmware's line that says so. */
interface EfiReturn {
  readonly status: string;
  readonly because: string;
}

/** Characters of an unfinished line that are kept: an option's line has a few hundred. */
const keptCharacters = 4096;

const spoken = "BdsDxe: ";
const optionLine = /^(loading|starting|failed to start) (Boot[\dA-F]{4} ".*" from .+)$/i;
/** A file in the firmware's own volume. */
const ownFile = /\/FvFile\(([\dA-F-]{36})\)/i;
/** UiApp and BootManagerMenuApp (MdeModulePkg/Application, FILE_GUID). */
const menus = ["462CAA21-7614-4503-836E-8AB6F4662331", "EEC25BDC-67F2-4D95-B1D5-F81B2039D11D"];
/** OvmfPkg, PlatformBootManagerUnableToBoot: every option has been tried. */
const nothingLeft = "No bootable option or device was found";

export class EfiReturnSearch {
  readonly #starter: EfiStarter;
  #unfinished = "";
  /** The option that runs, as its line has it. */
  #started: string | undefined;
  #returned: EfiReturn | undefined;

  constructor(starter: EfiStarter) {
    this.#starter = starter;
  }

  /** Takes what was printed. @returns what the guest's application returned, once that is sure. */
  take(text: string): EfiReturn | undefined {
    const lines = (this.#unfinished + text).split("\n");
    this.#unfinished = (lines.pop() as string).slice(-keptCharacters);
    for (const line of lines) {
      const found = this.#starter === "shell" ? byShell(line) : this.#byFirmware(line);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The machine was reset: firmware starts anew. */
  reset(): void {
    this.#unfinished = "";
    this.#started = undefined;
    this.#returned = undefined;
  }

  #byFirmware(line: string): EfiReturn | undefined {
    // Firmware goes on where the application has left the cursor.
    const at = line.lastIndexOf(spoken);
    if (at < 0) return undefined;
    const words = line.slice(at + spoken.length).trimEnd();
    if (words.startsWith(nothingLeft)) return this.#goesOn(words);
    const [, act, option] = optionLine.exec(words) ?? [];
    if (act === undefined || option === undefined) return undefined;
    if (act === "loading") return this.#goesOn(words, option);
    if (act === "starting") {
      // What is in the firmware's own volume is no guest.
      if (ownFile.test(option)) return undefined;
      this.#started = option;
      this.#returned = undefined;
      return undefined;
    }
    const isStarted = this.#started !== undefined && option.startsWith(`${this.#started}: `);
    if (!isStarted) return undefined;
    const status = efiErrorName(option.slice((this.#started as string).length + 2));
    return this.#over({ status, because: said(words) });
  }

  /** Firmware turns to an option, or has none left: what it has started is over. */
  #goesOn(words: string, option = ""): EfiReturn | undefined {
    // No boot turns twice to the same option in a row: this one has begun anew.
    if (option !== "" && option === this.#started) {
      this.reset();
      return undefined;
    }
    const file = ownFile.exec(option)?.[1]?.toUpperCase();
    if (this.#started !== undefined) {
      const status = file !== undefined && menus.includes(file) ? efiSuccess : efiWarning;
      const sure = this.#over({ status, because: said(words) });
      if (sure !== undefined) return sure;
    }
    return option === "" || file !== undefined ? this.#returned : undefined;
  }

  #over(returned: EfiReturn): EfiReturn | undefined {
    this.#started = undefined;
    this.#returned = returned;
    return this.#starter === "any disk" ? undefined : returned;
  }
}

function byShell(line: string): EfiReturn | undefined {
  const number = line.split(shellSays).at(-1)?.trim() ?? "";
  if (!line.includes(shellSays) || !/^0x[\da-f]{1,16}$/i.test(number)) return undefined;
  const because = `the shell's last error is ${number}`;
  return { status: efiNameOfShellError(number), because };
}

function said(words: string): string {
  return `the firmware said "${spoken}${words}"`;
}
