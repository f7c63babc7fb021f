import { inspect } from "node:util";
import type { MachineExit } from "../evidence/index.ts";

/**
 * The exit as a test gets it from `vm.exited`. A test that reads `kind` has looked at how the
 * guest ended, and what it makes of that is its own assertion; one that never looks has not.
 */
export function judgedWhenRead(exit: MachineExit, onJudged: () => void): MachineExit {
  const { kind } = exit;
  return Object.defineProperties(
    { ...exit },
    {
      kind: {
        enumerable: true,
        get() {
          onJudged();
          return kind;
        },
      },
      // Node prints a getter as "[Getter]" otherwise.
      [inspect.custom]: { value: () => exit },
    },
  );
}
