/** How a program is bound to this process: not even SIGKILL of this one leaves it behind. */
import { HostError, SpecError } from "../evidence/index.ts";
import { environmentValue } from "./environment.ts";
import { findProgram } from "./search-path.ts";

/** How a child is bound to this process. */
export type Binding = "pdeathsig" | "guardian";

/** A command line that runs a program bound to this process, under the process id it is given. */
export interface BoundCommand {
  readonly file: string;
  readonly commandArguments: readonly string[];
  /** The program's descriptor, if any, that must be one end of a pipe held by this process. */
  readonly guardDescriptor: number | undefined;
}

/**
 * On Linux the kernel itself kills the child when its parent dies (prctl(2), PR_SET_PDEATHSIG).
 * A parent that dies before the call is made would go unnoticed, so the child then compares its
 * parent with the one it was given. The signal fires when the parent *thread* ends: a machine
 * started from a worker thread dies with that thread.
 */
const comparison = '[ "$PPID" = "$0" ] || exit 125; exec "$@"';

/**
 * Elsewhere a guardian reads a pipe that ends with this process, and then kills. The shell starts
 * it before it becomes the program, so that the program never runs without one. A line on the pipe
 * says that the program has ended and that its process id may be somebody else's by now. The
 * guardian is no child of the program's, keeps none of its descriptors open, and ignores the
 * signals that a terminal sends to everybody.
 */
function guardScript(guardDescriptor: number): string {
  const others = Array.from({ length: guardDescriptor - 3 }, (_, index) => `${index + 3}<&-`);
  const close = ["exec", ...others, "</dev/null", ">/dev/null", "2>&1"].join(" ");
  const wait = `read -r line <&${guardDescriptor} || kill -KILL $$`;
  const guard = `{ trap '' HUP INT QUIT TERM; ${close}; ${wait}; }`;
  return `( ${guard} & ); exec "$@" ${guardDescriptor}<&-`;
}

/** The shell's grammar need only know descriptors of one digit (POSIX, XCU 2.7). */
const lastShellDescriptor = 9;

/**
 * The command line for `program`, an absolute path or one with a slash.
 * @param descriptors how many the program gets beyond stderr.
 * @throws `HostError` if "pdeathsig" is asked for and setpriv(1) is missing; `SpecError` if there
 *   are more descriptors than a guardian's shell can name (6).
 */
export function bind(
  binding: Binding,
  program: string,
  commandArguments: readonly string[],
  descriptors: number,
): BoundCommand {
  if (binding === "pdeathsig") {
    const file = findProgram("setpriv", environmentValue("PATH"));
    if (file === undefined) {
      throw new HostError("setpriv(1) is missing, which binds programs to this process", {
        remedy: "install util-linux",
      });
    }
    const shell = ["/bin/sh", "-c", comparison, `${process.pid}`];
    return {
      file,
      commandArguments: ["--pdeathsig", "KILL", "--", ...shell, program, ...commandArguments],
      guardDescriptor: undefined,
    };
  }
  const guardDescriptor = 3 + descriptors;
  if (guardDescriptor > lastShellDescriptor) {
    const most = lastShellDescriptor - 3;
    throw new SpecError("descriptors", `got ${descriptors}, a guardian takes at most ${most}`);
  }
  return {
    file: "/bin/sh",
    commandArguments: ["-c", guardScript(guardDescriptor), "sh", program, ...commandArguments],
    guardDescriptor,
  };
}

/** What this host offers: the kernel's own means before a process of ours. */
export function defaultBinding(): Binding {
  return process.platform === "linux" && isOnPath("setpriv") ? "pdeathsig" : "guardian";
}

/** `true` if `PATH` has an executable of that name. */
export function isOnPath(name: string): boolean {
  return findProgram(name, environmentValue("PATH")) !== undefined;
}
