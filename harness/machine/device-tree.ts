/** The device tree of the spec. */
import { open } from "node:fs/promises";
import { SpecError } from "../evidence/index.ts";
import { existing } from "./boot-media/existing.ts";
import type { MachineSpec } from "./spec.ts";

/** The first four bytes of a blob (Devicetree Specification 0.4, section 5.2). */
const magic = 0xd00dfeed;

/** @throws `SpecError` where the file is no device tree blob. */
export async function planDeviceTree(spec: MachineSpec): Promise<string | undefined> {
  if (spec.deviceTree === undefined) return undefined;
  const path = await existing("deviceTree", spec.deviceTree);
  await using file = await open(path, "r");
  const head = Buffer.alloc(4);
  await file.read(head, 0, head.length, 0);
  if (head.readUInt32BE(0) === magic) return path;
  const source = head.toString("latin1").startsWith("/dts") ? " but its source" : "";
  throw new SpecError(
    "deviceTree",
    `${path} is no device tree blob${source}; compile it with dtc -O dtb`,
  );
}
