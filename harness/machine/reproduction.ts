/** The commands by which a person sees a machine again, without the harness. Pure. */
import { shellCommand } from "../process/index.ts";
import {
  type MachinePlan,
  overlays,
  programStarts,
  reproductionCommandLine,
  shownDirectory,
} from "./command-line.ts";
import { escapeComma } from "./drive-arguments.ts";

/** Makes words of a command line for a shell. */
type Quote = (words: readonly string[]) => string;

/** mktemp(1) makes it with mode 0700; its path is short, as sockets want it, and plain. */
const making = `directory=$(mktemp -d ${shownDirectory}) && trap 'rm -rf "$directory"' EXIT`;

/**
 * One command to be pasted. Overlays of ours are made first, and programs started, in a directory
 * that goes when the command ends.
 */
export function reproduction(plan: MachinePlan, canOpenWindow: boolean): string {
  const quote = quoteFor(undefined);
  const before = preparations(plan, quote);
  const command = quote([plan.qemu, ...reproductionCommandLine(plan, canOpenWindow)]);
  return before.length === 0 ? command : `(${[making, ...before, command].join(" && ")})`;
}

/** Where the evidence of a machine lies. */
export interface RunPlaces {
  /** Directory of the run, which has all images that were kept or made; absolute. */
  readonly run: string;
  /** The way there from the script's directory. */
  readonly toRun: string;
}

/**
 * The same as a script that finds the files of the run from its own place, so that it works where
 * the run was moved or unpacked, and that takes QEMU from PATH where it is not at the same place.
 */
export function reproductionScript(
  plan: MachinePlan,
  canOpenWindow: boolean,
  { run, toRun }: RunPlaces,
): string {
  const quote = quoteFor(run);
  const words = quote(reproductionCommandLine(plan, canOpenWindow));
  const name = shellCommand([plan.qemu.slice(plan.qemu.lastIndexOf("/") + 1)]);
  return [
    "#!/bin/sh",
    "# Shows the same again, without the harness: also where the run's directory was moved.",
    `run=$(cd "$(dirname "$0")"/${shellCommand([toRun])} && pwd) || exit`,
    `${making} || exit`,
    'ln -s "$run" "$directory/run" || exit',
    `qemu=${shellCommand([plan.qemu])}; [ -x "$qemu" ] || qemu=${name}`,
    [...preparations(plan, quote), `"$qemu" ${words}`].join(" &&\n"),
    "",
  ].join("\n");
}

function preparations(plan: MachinePlan, quote: Quote): string[] {
  const overlaid = overlays(plan).map(({ file, format, overlay }) =>
    quote(["qemu-img", "create", "-qf", "qcow2", "-b", file, "-F", format, overlay]),
  );
  return [...overlaid, ...programStarts(plan, quote)];
}

/**
 * The directory is known to the shell alone. Paths below the run lead through a link in it, whose
 * own path has nothing that QEMU's options would want escaped, wherever the run is by then.
 */
function quoteFor(run: string | undefined): Quote {
  const spellings =
    run === undefined ? [] : [run, escapeComma(run), JSON.stringify(run).slice(1, -1)];
  const relocated = (word: string) =>
    [...new Set(spellings)].reduce(
      (text, spelling) => text.replaceAll(`${spelling}/`, `${shownDirectory}/run/`),
      word,
    );
  const quoted = (word: string) => {
    const pieces = relocated(word).split(shownDirectory);
    if (pieces.length === 1) return shellCommand(pieces);
    return pieces.map((piece) => (piece === "" ? "" : shellCommand([piece]))).join('"$directory"');
  };
  return (words) => words.map(quoted).join(" ");
}
