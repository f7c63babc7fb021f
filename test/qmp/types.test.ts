/** What compiles, and what must not. The types are checked; the calls are never made. */
import { expectTypeOf, test } from "vitest";
import type { QmpClient, QmpCpu, QmpRunState } from "../../harness/qmp/index.ts";

test("commands and events are typed by name", () => {
  async function calls(client: QmpClient): Promise<void> {
    const { status } = await client.execute("query-status");
    expectTypeOf(status).toEqualTypeOf<QmpRunState>();
    expectTypeOf(await client.execute("query-cpus-fast")).toEqualTypeOf<readonly QmpCpu[]>();
    expectTypeOf(await client.execute("x-new")).toEqualTypeOf<unknown>();
    expectTypeOf(await client.execute("x-new" as string, { any: 1 })).toEqualTypeOf<unknown>();
    await client.execute("query-status", undefined, { timeoutMs: 5 });
    await client.execute("set-action", { reboot: "reset" });
    await client.execute("device_add", { driver: "e1000", mac: "52:54:00:12:34:56" });
    // @ts-expect-error: a value that the command does not take
    await client.execute("set-action", { reboot: "explode" });
    // @ts-expect-error: the id is missing
    await client.execute("device_del");
    // @ts-expect-error: the command takes nothing
    await client.execute("stop", { now: true });
    const { data } = await client.waitForEvent("SHUTDOWN", { where: { guest: true } });
    expectTypeOf(data.guest).toEqualTypeOf<boolean>();
    // @ts-expect-error: not what this event carries
    await client.waitForEvent("SHUTDOWN", { where: { guest: "yes" } });
    const unknown = await client.waitForEvent("X_NEW", { where: { anything: 1 } });
    expectTypeOf(unknown.data).toEqualTypeOf<Readonly<Record<string, unknown>>>();
  }
  expectTypeOf(calls).returns.resolves.toBeVoid();
});
