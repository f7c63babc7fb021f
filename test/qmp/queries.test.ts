/** What can be asked of a machine that has not run yet; test/machine has those that have. */
import { expect, test } from "vitest";
import { connectQemu } from "./peers.ts";

test("a device behind a bridge is known once the bridge's bus has a number", async () => {
  const { client } = await connectQemu(
    {},
    {
      program: "qemu-system-x86_64 -M pc",
      parameters: [
        ...["-device", "pci-bridge,id=bridge,chassis_nr=1"],
        ...["-device", "edu,id=card,bus=bridge,addr=3"],
        ...["-device", "edu,id=other,addr=1f.7"],
      ],
    },
  );
  const devices = await client.query.pciDevices();
  const bridge = { secondaryBus: 0, subordinateBus: 0 };
  expect(devices.find(({ id }) => id === "bridge")?.bridge).toEqual(bridge);
  expect(devices.find(({ id }) => id === "card")).toBeUndefined();
  expect(devices.find(({ id }) => id === "other")).toMatchObject({ address: "00:1f.7" });
});

test("a machine without drives, memory and PCI has none of them", async () => {
  const { client } = await connectQemu();
  expect(await client.query.runState()).toBe("prelaunch");
  expect(await client.query.cpus()).toEqual([]);
  expect(await client.query.memorySizeBytes()).toBe(0);
  expect(await client.query.blockDevices()).toEqual([]);
  expect(await client.query.pciDevices()).toEqual([]);
  expect(await client.query.characterDevices()).toHaveLength(1);
});
