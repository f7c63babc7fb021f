/** What `vm.qmp.query.blockDevices()` tells of disks with layers over them. */
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { virtio } from "../../harness/machine/index.ts";
import { boot, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("spin");

test("drives are the images that were given, whatever the harness has put over them", async () => {
  const file = join(temporaryDirectory(), "disk.img");
  writeFileSync(file, "");
  truncateSync(file, 1024 ** 2);
  const errors = [{ on: "write" }, { on: "read", after: 3 }] as const;
  const limits = { readsPerSecond: 100 };
  const options = [{}, { limits }, { errors }, { errors, limits }];
  const disks = options.map((rest) => ({ file, bus: "virtio", ...rest }) as const);
  const fixed = { file, bus: "virtio", readOnly: true, errors: [{ on: "read" }], limits } as const;
  const vm = await boot("spin", { machine: "pc", disks: [...disks, fixed] });
  for (const rest of options) await vm.attach(virtio.blk({ file, ...rest }));
  const shown = { file, format: "raw", readOnly: false, discardsWrites: true };
  const whole = { ...shown, readOnly: true, discardsWrites: false };
  const expected = new Map<string, object>(
    options.flatMap((_, index) => [
      [`disk${index}`, shown],
      [`device${index}`, shown],
    ]),
  ).set("disk4", whole);
  for (const device of await vm.qmp.query.blockDevices()) {
    expect(device).toMatchObject(expected.get(device.id) as object);
    expected.delete(device.id);
  }
  expect(expected.size).toBe(0);
});
