/** What `bootMachine` has put together, and a machine is made of. */
import type { TrackCall } from "../evidence/index.ts";
import type { QemuBinary } from "../host/index.ts";
import type { FifoPair, OwnedChild } from "../process/index.ts";
import type { QmpClient } from "../qmp/index.ts";
import type { WaitLimit } from "../wait/index.ts";
import type { MachinePlan } from "./command-line.ts";
import type { MachineChronicle } from "./machine-record.ts";
import type { PortLimits } from "./port-wiring.ts";

/**
 * The limit of a wait that asks for `timeoutMs`, and what that limit is called; with `clock` by the
 * host's clock, whichever the guest has, and with `usualMs` another default than most waits have.
 */
export type LimitOfWait = (timeoutMs?: number, clock?: "host", usualMs?: number) => WaitLimit;

export interface MachineParts {
  readonly plan: MachinePlan;
  /** Knows the facts of the machine already, and collects what happens to it. */
  readonly chronicle: MachineChronicle;
  readonly child: OwnedChild;
  readonly qmp: QmpClient;
  /** One for each port of the plan. */
  readonly fifos: readonly FifoPair[];
  /** What the kernel was found to be: "elf", "bzimage". */
  readonly imageKind: string | undefined;
  /** ELF with the guest's symbols. */
  readonly symbols: string | undefined;
  /** Fatal output of this guest, where the spec names its own. */
  readonly failOn: readonly (string | RegExp)[] | undefined;
  /** When the kernel was built, in milliseconds since 1970. */
  readonly builtAtMs: number | undefined;
  readonly logs: { readonly cpu: string; readonly stderr: string };
  readonly qemu: QemuBinary;
  readonly qemuMajor: number;
  readonly limit: LimitOfWait;
  /** Takes note of each wait that a test makes. */
  readonly track: TrackCall | undefined;
  readonly portLimits: PortLimits | undefined;
  /** Bytes of each overlay, where that is not the usual limit. */
  readonly overlayLimitBytes: number | undefined;
  /** Directory with what only a running machine has. */
  readonly privateDirectory: string;
  /** Ends what serves its devices, and removes the private directory. */
  readonly remove: () => Promise<void>;
}
