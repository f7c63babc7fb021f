/** `toHavePciDevice` on a real machine. */
import { AssertionError, expect, SpecError, test } from "bringup";
import { kernelPath } from "../../kernels/build.ts";

const spec = { machine: "q35", qemuArguments: ["-device", "e1000,id=card,addr=7"] };

test("a device is known by any of its fields", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"), spec);
  await expect(vm).toHavePciDevice({ vendorId: 0x8086, deviceId: 0x100e });
  await expect(vm).toHavePciDevice({ address: "00:07.0", classCode: 0x0200, id: "card" });
  await expect(vm).toHavePciDevice({ subsystemVendorId: 0x1af4, subsystemId: 0x1100 });
  await expect(vm).not.toHavePciDevice({ vendorId: 0x8086, deviceId: 0x10d3 });
  await expect(vm).not.toHavePciDevice({ behind: "00:07.0" });
});

test("a failure lists the devices that there are", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"), spec);
  const failure = await expect(vm)
    .toHavePciDevice({ vendorId: 0x1234, address: "00:07.0" })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AssertionError);
  const { message } = failure as AssertionError;
  expect(message).toContain(
    'expected the machine to have a PCI device with { vendorId: 0x1234, address: "00:07.0" },' +
      " but it has:\n    00:00.0 Host bridge [0600]: 8086:29c0\n",
  );
  expect(message).toContain("\n    00:07.0 Ethernet controller [0200]: 8086:100e\n");
  await expect(expect(vm).not.toHavePciDevice({ id: "card" })).rejects.toThrow(
    'expected the machine not to have a PCI device with { id: "card" },' +
      " but there is 00:07.0 Ethernet controller [0200]: 8086:100e",
  );
});

test("a machine without PCI has none, and a device must be described", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"), { machine: "microvm" });
  await expect(vm).not.toHavePciDevice({ vendorId: 0x8086 });
  await expect(expect(vm).toHavePciDevice({ vendorId: 0x8086 })).rejects.toThrow(
    "with { vendorId: 0x8086 }, but it has none",
  );
  const nothing = await expect(vm)
    .toHavePciDevice({})
    .catch((error: unknown) => error);
  expect(nothing).toBeInstanceOf(SpecError);
  expect((nothing as SpecError).message).toMatch(/^expected: say which PCI device, such as /);
});

test("a description that no device could fit is refused, also under .not", async ({ boot }) => {
  const vm = await boot(kernelPath("spin"), spec);
  const refused: [object, string][] = [
    [{ vendor: 0x8086 }, "vendor: is nothing that a PCI device is known by; it has vendorId, "],
    [{ vendorId: "8086" }, 'vendorId: got "8086", takes a number, such as 0x8086'],
    [{ address: 0x1f }, 'address: got 31, takes a text, such as "00:1f.2"'],
  ];
  for (const [description, message] of refused) {
    const failure = await expect(vm)
      .not.toHavePciDevice(description)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SpecError);
    expect((failure as SpecError).message).toContain(message);
  }
});
