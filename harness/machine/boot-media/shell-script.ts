/** A command line for an EFI application: only the UEFI shell can hand one over from a disk. */
import { SpecError } from "../../evidence/index.ts";

/** Where the application is when the shell starts it, and not the firmware itself. */
export const applicationPath = "bringup/application.efi";

/** What the script prints before the number that the application has returned. */
export const shellSays = "bringup: the EFI application returned ";

/**
 * The shell's start-up script, which finds the disk with the application and starts that with the
 * command line (UEFI Shell specification 2.2, sections 3.3 and 3.6.2). A shell that is the boot
 * file runs it, or the firmware's own where no disk has a boot file, after a countdown of five
 * seconds that any key but ESC ends.
 * @throws `SpecError` for line ends, what ASCII has not, a quote without its other, and characters
 *   that the shell of edk2 does not hand on as they are.
 */
export function shellScript(commandLine: string): string {
  const isTaken = /^[\x20-\x7e]*$/.test(commandLine) && !/[<>^|]/.test(commandLine);
  const quotes = commandLine.split('"').length - 1;
  if (!isTaken || quotes % 2 !== 0) {
    throw new SpecError(
      "commandLine",
      "cannot be handed to an EFI application: the UEFI shell takes one line of ASCII, quotes in " +
        "pairs, and none of < > ^ |",
    );
  }
  const application = `fs%i:\\${applicationPath.replace("/", "\\")}`;
  const escaped = commandLine.replaceAll(/[%#]/g, "^$&");
  return [
    "@echo -off",
    "for %i run (0 9)",
    `  if exist ${application} then`,
    `    ${application} ${escaped}`,
    `    echo ${shellSays}%lasterror%`,
    "    exit",
    "  endif",
    "endfor",
    "",
  ].join("\r\n");
}
