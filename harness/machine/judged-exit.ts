import { inspect } from "node:util";
import type { MachineExit } from "../evidence/index.ts";

/** What says how the guest ended. */
const judgedFields = ["kind", "outcome"];

/**
 * The exit as a test gets it from `vm.exited`. A test that reads `kind` or `outcome` has looked at
 * how the guest ended, and what it makes of that is its own assertion; one that never looks has
 * not.
 */
export function judgedWhenRead(exit: MachineExit, onJudged: () => void): MachineExit {
  const fields = Object.entries(exit).filter(([name]) => judgedFields.includes(name));
  const getters = fields.map(([name, value]): [string, PropertyDescriptor] => {
    const get = () => {
      onJudged();
      return value;
    };
    return [name, { enumerable: true, get }];
  });
  return Object.defineProperties(
    { ...exit },
    {
      ...Object.fromEntries(getters),
      // Node prints a getter as "[Getter]" otherwise.
      [inspect.custom]: { value: () => exit },
    },
  );
}
