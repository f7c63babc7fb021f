/** A guest that fills its overlay is ended, and not the computer's disk. */
import { describe, expect, test } from "vitest";
import { GuestError } from "../../harness/evidence/index.ts";
import { usb } from "../../harness/machine/index.ts";
import { boot, errorOf, soonMs, useKernels } from "./machines.ts";
import { makeWriterDisk } from "./writer-disk.ts";

useKernels("hello");

const soon = { timeoutMs: soonMs };
/** Less than an empty overlay with one cluster of 64 KiB, and more than one without. */
const overlayLimitBytes = 256 * 1024;
const why =
  /^the limit of 0\.25 MiB for what it writes to (\w+); for more, give a copy of the image with persist$/;

describe("a guest that writes more than its overlay may take is ended", () => {
  test.each([
    ["QEMU's own overlay", {}],
    ["an overlay of ours", { errors: [{ on: "flush" }] }],
  ] as const)("%s", async (_, rest) => {
    const disks = [{ file: await makeWriterDisk("label"), bus: "virtio", ...rest }] as const;
    const vm = await boot({ disks, arch: "x86_64" }, {}, { overlayLimitBytes });
    const error = await errorOf(vm.serial.waitFor("never", soon), GuestError);
    expect(error.exit).toMatchObject({ kind: "killed", by: expect.stringMatching(why) });
    expect(why.exec(vm.exit?.kind === "killed" ? vm.exit.by : "")?.[1]).toBe("disk0");
  });
});

test("less than that is nobody's business, nor is a disk without an overlay", async () => {
  const file = await makeWriterDisk("label");
  const enough = { overlayLimitBytes: 1024 ** 2 };
  const vm = await boot({ disks: [file], arch: "x86_64" }, {}, enough);
  await vm.serial.waitFor("label WRITTEN done\n", soon);
  const disks = [{ file: await makeWriterDisk("label"), persist: true }];
  const other = await boot({ disks, arch: "x86_64" }, {}, { overlayLimitBytes });
  await other.serial.waitFor("label WRITTEN done\n", soon);
  expect([vm.exit, other.exit]).toEqual([undefined, undefined]);
});

test("disks that are plugged in later are watched too, once each", async () => {
  const file = await makeWriterDisk("label");
  const vm = await boot({ disks: [file], arch: "x86_64", machine: "pc", devices: [usb.xhci()] });
  await vm.serial.waitFor("label WRITTEN done\n", soon);
  await vm.attach(usb.storage({ file }));
  const nodes = await vm.qmp.execute("query-named-block-nodes", { flat: true });
  const limits = nodes.map((node) => Number(node.write_threshold)).filter((limit) => limit > 0);
  expect(limits).toEqual([16 * 1024 ** 3, 16 * 1024 ** 3]);
  await vm.qmp.execute("block-set-write-threshold", {
    "node-name": nodes.find(({ drv }) => drv === "file")?.["node-name"] as string,
    "write-threshold": 1,
  });
  expect(vm.exit).toBeUndefined();
});
