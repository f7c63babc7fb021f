/** `sharedMachine`: the fixture that gives the tests of a file one machine. */
import { atCallSite, BringupError, CallSite } from "../evidence/index.ts";
import type { Machine, SpecChanges } from "../machine/index.ts";
import { specOf } from "./boot-arguments.ts";
import { SharedMachine, type SharedPlan } from "./shared-machine.ts";
import type { TestOwner } from "./test-owner.ts";

/** What of a test's context it needs. vitest reads the names of it in the function's own text. */
interface TestContext {
  readonly task: { readonly file: object };
}

/** A fixture for either syntax of `test.extend`. */
export interface SharedMachineFixture {
  (context: TestContext, use: (machine: Machine) => Promise<void>): Promise<void>;
  (context: TestContext): Promise<Machine>;
}

const owners = new WeakMap<object, TestOwner>();
/** How many a file has. */
const counts = new WeakMap<object, number>();

/** For `test`: from now on `task` can borrow. */
export function enterOwner(task: object, owner: TestOwner): void {
  owners.set(task, owner);
}

/**
 * A machine that the tests of a file share, for guests that take long to boot:
 * `test.extend("vm", sharedMachine("build/kernel.elf", async (vm) => { … }))`. The first test that
 * asks for it boots it and has it prepared; it is gone after the last test of the file. One test at
 * a time has it, as the test before has left it. A test that finds it ended fails at once.
 */
export function sharedMachine(
  kernelOrSpec: string | SpecChanges = {},
  prepare: (vm: Machine) => unknown = () => {},
): SharedMachineFixture {
  const plan: SharedPlan = { spec: specOf([kernelOrSpec]), prepare, site: new CallSite() };
  const files = new WeakMap<object, SharedMachine>();
  const fixture = async ({ task }: TestContext, use?: unknown) => {
    const owner = ownerOf(task, plan.site);
    const shared = files.get(task.file) ?? newIn(task.file, plan);
    files.set(task.file, shared);
    const machine = await owner.borrow(shared);
    if (typeof use === "function") await use(machine);
    return machine;
  };
  return fixture as SharedMachineFixture;
}

function newIn(file: object, plan: SharedPlan): SharedMachine {
  const count = (counts.get(file) ?? 0) + 1;
  counts.set(file, count);
  return new SharedMachine(count === 1 ? "shared machine" : `shared machine ${count}`, plan);
}

/** @throws `BringupError` where vitest runs the fixture for something else than a test of ours. */
function ownerOf(task: object | undefined, site: CallSite): TestOwner {
  const owner = task === undefined ? undefined : owners.get(task);
  if (owner !== undefined) return owner;
  const advice =
    task === undefined
      ? 'leave out { scope: "file" }: sharedMachine() shares by itself, and is told each test'
      : 'extend the test of "bringup": vitest\'s own has no machines to share';
  throw atCallSite(new BringupError(advice), site);
}
