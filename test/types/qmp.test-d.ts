/** What the compiler must say of QMP's commands and events: compiled, and never run. */
import type {
  QmpArguments,
  QmpBlockDevice,
  QmpClient,
  QmpCommands,
  QmpCpu,
  QmpResult,
  QmpRunState,
  QmpShutdownCause,
} from "bringup";
import { expectTypeOf } from "vitest";

declare const qmp: QmpClient;

/** A test may declare what a newer QEMU has: a command, an event, a command that has changed. */
declare module "bringup" {
  interface QmpCommands {
    "query-shiny": { arguments: { level?: "low" | "high" }; result: { shine: number } };
  }
  interface QmpNewerCommands {
    "query-vm-generation-id": { arguments: { format: "text" }; result: string };
  }
  interface QmpEvents {
    SHINY: { shine: number };
  }
}

/** Results are typed by the name of the command. */
export async function results(): Promise<void> {
  const { "base-memory": bytes, "plugged-memory": plugged } = await qmp.execute(
    "query-memory-size-summary",
  );
  expectTypeOf(bytes).toEqualTypeOf<number>();
  expectTypeOf(plugged).toEqualTypeOf<number | undefined>();
  const { status, running } = await qmp.execute("query-status");
  expectTypeOf(status).toEqualTypeOf<QmpRunState>();
  expectTypeOf(running).toEqualTypeOf<boolean>();
  // @ts-expect-error The answer has no such member.
  (await qmp.execute("query-status")).state;
  expectTypeOf(await qmp.execute("query-block")).toEqualTypeOf<readonly QmpBlockDevice[]>();
  expectTypeOf(await qmp.execute("query-cpus-fast")).toEqualTypeOf<readonly QmpCpu[]>();
  expectTypeOf(await qmp.execute("stop")).toEqualTypeOf<Record<string, never>>();
  expectTypeOf(await qmp.execute("qom-get", { path: "/", property: "type" })).toBeUnknown();
  const help = await qmp.execute("human-monitor-command", { "command-line": "help" });
  expectTypeOf(help).toEqualTypeOf<string>();
  const [stats] = await qmp.execute("query-blockstats");
  expectTypeOf(stats?.stats.rd_bytes).toEqualTypeOf<number | undefined>();
  // Types may hold themselves.
  expectTypeOf(stats?.backing?.backing?.stats).toEqualTypeOf(stats?.stats);
  const [bus] = await qmp.execute("query-pci");
  expectTypeOf(bus?.devices[0]?.pci_bridge?.devices?.[0]?.id.vendor).toEqualTypeOf<
    number | undefined
  >();
}

/** Which members an object has may depend on one of them. */
export async function unions(cpu: QmpCpu): Promise<void> {
  if (cpu.target === "s390x") expectTypeOf(cpu["cpu-state"]).not.toBeAny();
  // @ts-expect-error Only s390x has it.
  cpu["cpu-state"];
  for (const entity of await qmp.execute("query-qmp-schema")) {
    if (entity["meta-type"] === "enum")
      expectTypeOf(entity.values).toEqualTypeOf<readonly string[]>();
  }
  await qmp.execute("blockdev-add", {
    driver: "qcow2",
    "node-name": "disk",
    file: { driver: "file", filename: "disk.qcow2" },
    backing: null,
  });
  await qmp.execute("blockdev-add", { driver: "qcow2", file: "a node by name" });
  // @ts-expect-error The driver takes no such member.
  await qmp.execute("blockdev-add", { driver: "null-co", filename: "disk.img" });
  // @ts-expect-error There is no such driver.
  await qmp.execute("blockdev-add", { driver: "qcow9", file: "disk" });
  // @ts-expect-error The file is missing.
  await qmp.execute("blockdev-add", { driver: "qcow2" });
  await qmp.execute("send-key", { keys: [{ type: "qcode", data: "ret" }] });
  // @ts-expect-error A number is a number.
  await qmp.execute("send-key", { keys: [{ type: "number", data: "ret" }] });
}

/** What QEMU would refuse does not compile. */
export async function takes(): Promise<void> {
  await qmp.execute("query-status", undefined, { timeoutMs: 5 });
  await qmp.execute("query-blockstats", { "query-nodes": true });
  // @ts-expect-error A value that the command does not take.
  await qmp.execute("set-action", { reboot: "explode" });
  // @ts-expect-error A name that the command does not take.
  await qmp.execute("set-action", { rebot: "reset" });
  // @ts-expect-error The identifier is missing.
  await qmp.execute("device_del");
  // @ts-expect-error It is text.
  await qmp.execute("device_del", { id: 5 });
  // @ts-expect-error The command takes nothing.
  await qmp.execute("stop", { now: true });
  // A device has properties of its own.
  await qmp.execute("device_add", { driver: "e1000", mac: "52:54:00:12:34:56" });
  // @ts-expect-error What every device has is still typed.
  await qmp.execute("device_add", { driver: 5 });
  expectTypeOf<QmpArguments<"device_del">>().toEqualTypeOf<{ readonly id: string }>();
  expectTypeOf<QmpResult<"human-monitor-command">>().toEqualTypeOf<string>();
  expectTypeOf<QmpCommands["cont"]["result"]>().toEqualTypeOf<Record<string, never>>();
}

/** A newer QEMU may have more than the types. */
export async function newer(): Promise<void> {
  expectTypeOf(await qmp.execute("x-new")).toBeUnknown();
  expectTypeOf(await qmp.execute("x-new", { any: 1 })).toBeUnknown();
  expectTypeOf(await qmp.execute("set-action" as string, { reboot: "newer" })).toBeUnknown();
  const { status } = await qmp.execute("query-status");
  // A state that the types do not know may well come.
  if (status === "levitating") expectTypeOf(status).toBeString();
  const { shine } = await qmp.execute("query-shiny", { level: "low" });
  expectTypeOf(shine).toEqualTypeOf<number>();
  // @ts-expect-error What was declared is checked as well.
  await qmp.execute("query-shiny", { level: "middle" });
  const id = await qmp.execute("query-vm-generation-id", { format: "text" });
  expectTypeOf(id).toEqualTypeOf<string>();
  // @ts-expect-error What has changed counts instead of what was.
  await qmp.execute("query-vm-generation-id");
  expectTypeOf(await qmp.supports("blockdev-backup", "discard-source")).toEqualTypeOf<boolean>();
}

/** Events are typed by their names. */
export async function events(): Promise<void> {
  const { data } = await qmp.waitForEvent("SHUTDOWN", { where: { guest: true } });
  expectTypeOf(data.guest).toEqualTypeOf<boolean>();
  expectTypeOf(data.reason).toEqualTypeOf<QmpShutdownCause>();
  // @ts-expect-error Not what this event carries.
  await qmp.waitForEvent("SHUTDOWN", { where: { guest: "yes" } });
  // @ts-expect-error No member of this event.
  await qmp.waitForEvent("SHUTDOWN", { where: { gust: true } });
  const moved = await qmp.waitForEvent("DEVICE_TRAY_MOVED", {
    where: (event) => event.data["tray-open"],
  });
  expectTypeOf(moved.data.id).toEqualTypeOf<string>();
  const unknown = await qmp.waitForEvent("X_NEW", { where: { anything: 1 } });
  expectTypeOf(unknown.data).toEqualTypeOf<Readonly<Record<string, unknown>>>();
  const shiny = await qmp.waitForEvent("SHINY", { where: { shine: 5 } });
  expectTypeOf(shiny.data.shine).toEqualTypeOf<number>();
}
