/** Looks at a guest that stands still: with a real QEMU, whose machine is empty. */
import { expect, test } from "vitest";
import { TimeoutError } from "../../harness/evidence/index.ts";
import { GuestHold, type QmpClient } from "../../harness/qmp/index.ts";
import { connectQemu } from "./peers.ts";

const actions = ["-action", "reboot=shutdown,shutdown=pause"];

async function runningClient(): Promise<QmpClient> {
  const { client } = await connectQemu({}, { parameters: actions });
  await client.execute("cont");
  return client;
}
const statusOf = async (client: QmpClient) => (await client.execute("query-status")).status;
const namesOf = (client: QmpClient) => client.events.map(({ event }) => event);

test("a guest that runs is stopped for it, and goes on; only a clock hears of that", async () => {
  const client = await runningClient();
  const heard: string[] = [];
  client.onWithheldEvent((name) => heard.push(name));
  const hold = new GuestHold(client, true);
  expect(await hold.during(() => statusOf(client))).toBe("paused");
  expect(await statusOf(client)).toBe("running");
  await expect(hold.during(() => Promise.reject(new Error("no sight")))).rejects.toThrow(
    "no sight",
  );
  expect(await statusOf(client)).toBe("running");
  expect(heard).toEqual(["STOP", "RESUME", "STOP", "RESUME"]);
  expect(namesOf(client)).toEqual(["RESUME"]);
  await client.execute("stop");
  expect(namesOf(client)).toEqual(["RESUME", "STOP"]);
});

test("looks come one after the other, and whoever waits for their end has it", async () => {
  const client = await runningClient();
  const hold = new GuestHold(client, true);
  const order: string[] = [];
  const look = (name: string) =>
    hold.during(async () => {
      order.push(`${name} begins`);
      await statusOf(client);
      order.push(`${name} ends`);
    });
  void look("first");
  void look("second");
  await hold.over;
  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  expect(await statusOf(client)).toBe("running");
});

test("a guest that somebody else has stopped, or may stop, is left as it is", async () => {
  const client = await runningClient();
  const ofDebugger = new GuestHold(client, false);
  expect(await ofDebugger.during(() => statusOf(client))).toBeUndefined();
  expect(namesOf(client)).toEqual(["RESUME"]);
  await client.execute("stop");
  for (const hold of [ofDebugger, new GuestHold(client, true)]) {
    expect(await hold.during(() => statusOf(client))).toBe("paused");
    expect(await statusOf(client)).toBe("paused");
  }
  expect(namesOf(client)).toEqual(["RESUME", "STOP"]);
});

test("a guest that ends meanwhile does not go on, and its stop is told", async () => {
  const client = await runningClient();
  await new GuestHold(client, true).during(async () => {
    const ended = client.waitForEvent("SHUTDOWN");
    await client.execute("system_reset");
    await ended;
  });
  expect((await client.execute("query-status")).running).toBe(false);
  expect(namesOf(client)).toEqual(["RESUME", "SHUTDOWN", "STOP"]);
});

/** What goes wrong while the guest is held: whatever it is, everybody hears of the guest again. */
const faults = [
  {
    what: "QEMU hangs: it goes on too late for `cont`, and carries that out then",
    act: (_: QmpClient, pid: number) => void process.kill(pid, "SIGSTOP"),
    error: /^timed out after 5000 ms .* waiting for QMP cont/,
    after: async (client: QmpClient, pid: number) => {
      const resumed = client.waitForEvent("RESUME");
      process.kill(pid, "SIGCONT");
      await resumed;
      expect(await new GuestHold(client, true).during(() => statusOf(client))).toBe("paused");
      expect(await statusOf(client)).toBe("running");
      expect(namesOf(client)).toEqual(["RESUME", "STOP", "RESUME"]);
    },
  },
  {
    what: "the look fails, and then QEMU is gone: the look's error is the one",
    act: async (client: QmpClient) => {
      await client.execute("quit");
      throw new Error("no sight");
    },
    error: /^no sight$/,
    after: async (client: QmpClient) => {
      expect(namesOf(client).slice(0, 1)).toEqual(["RESUME"]);
      expect(namesOf(client)).toContain("STOP");
    },
  },
] as const;

test.for(faults)("$what", { timeout: 30_000 }, async ({ act, after, error }) => {
  const qemu = await connectQemu({}, { parameters: actions });
  const { client, process: child } = qemu;
  await client.execute("cont");
  const hold = new GuestHold(client, true);
  const failure = await hold.during(async () => act(client, child.pid as number)).catch((e) => e);
  expect(failure.message).toMatch(error);
  expect(failure instanceof TimeoutError).toBe(/timed out/.test(failure.message));
  await hold.over;
  await after(client, child.pid as number);
});
