/** The wake-up of a guest that has suspended itself to RAM. */
import { GuestError, isGuestsOwn } from "../evidence/index.ts";
import type { QmpClient } from "../qmp/index.ts";

/**
 * Resolves when the guest runs again. It may have ended the machine by then, and how it did that
 * is for whoever asks. @throws what QMP throws.
 */
export async function wakeUpGuest(qmp: QmpClient): Promise<void> {
  const since = qmp.mark();
  try {
    await qmp.execute("system_wakeup");
    await qmp.waitForEvent("WAKEUP", { since });
  } catch (error) {
    const exit = error instanceof GuestError ? error.exit : undefined;
    if (exit === undefined || !isGuestsOwn(exit)) throw error;
  }
}
