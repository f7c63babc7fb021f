/** Plugs devices into a machine that runs, and takes back what must not stay. */
import type { GuestHold, QmpClient } from "../../qmp/index.ts";
import type { MachinePlan } from "../command-line.ts";
import { deviceOptions } from "./device-arguments.ts";
import type { PlannedDevice } from "./plan-devices.ts";

/** Takes back one step of an attachment. */
export type Undo = () => Promise<unknown>;

/** Takes every step, whatever becomes of the others. @throws what the first failure was. */
export async function takeBack(undo: readonly Undo[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of undo) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/**
 * All of them, or none. The guest stands still: it never sees a controller whose device fails.
 * Besides, where it fails, QEMU waits for every CPU to come out of the guest's code, and that
 * request may get lost: a guest that never leaves its loop would hold QEMU up (drain_call_rcu in
 * its util/rcu.c).
 * @throws `QmpError` with QEMU's words about the first that failed.
 */
export async function plugIn(
  planned: readonly PlannedDevice[],
  { hold, plan, qmp }: { hold: GuestHold; plan: MachinePlan; qmp: QmpClient },
): Promise<void> {
  await hold.duringOrAnyway(async () => {
    const added: Undo[] = [];
    try {
      for (const device of planned) {
        await qmp.execute("device_add", deviceOptions(device) as { driver: string });
        added.unshift(() => removeUnseen(qmp, device.id, plan.board.facts.pc));
      }
    } catch (error) {
      await takeBack(added).catch(() => {});
      throw error;
    }
  });
}

/** ACPI's ports for PCI hotplug on `pc`, by QEMU's hw/acpi/pcihp.c and piix4.c. */
const ejectPort = 0xae08;
const busPort = 0xae10;
/** Milliseconds that QEMU may take for one. */
const portMs = 5_000;

/**
 * Removes a device that the guest has never seen: it was added a moment ago, and the guest has
 * stood still since. QEMU lets a PCI device go only when the guest ejects it, which a guest without
 * ACPI never does; so the same two writes are made in its place.
 * @param isPc whether the machine has those ports.
 * @throws `QmpError` with QEMU's words.
 */
async function removeUnseen(qmp: QmpClient, id: string, isPc: boolean): Promise<void> {
  await qmp.execute("device_del", { id });
  const slot = isPc ? await slotOf(qmp, id) : undefined;
  if (slot === undefined) return;
  const port = (line: string) =>
    qmp.execute("human-monitor-command", { "command-line": line }, { timeoutMs: portMs });
  const before = /= (0x[0-9a-f]+)/.exec(await port(`i/w ${busPort}`))?.[1];
  await port(`o/w ${busPort} 0`);
  await port(`o/w ${ejectPort} ${1 << slot}`);
  if (before !== undefined) await port(`o/w ${busPort} ${before}`);
}

/** Its slot on the first PCI bus, where it is a device of that. */
async function slotOf(qmp: QmpClient, id: string): Promise<number | undefined> {
  const [root] = await qmp.execute("query-pci");
  return root?.devices.find((device) => device.qdev_id === id)?.slot;
}
