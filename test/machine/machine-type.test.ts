/** Boards that QEMU has renamed, by the names of an older and of a newer one. */
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import type { QemuBinary } from "../../harness/host/index.ts";
import { chooseBoard } from "../../harness/machine/choose-board.ts";
import { nameAsQemuDoes } from "../../harness/machine/machine-type.ts";

/** What is looked at of a QEMU. */
function qemuWith(text: string, ...names: readonly string[]): QemuBinary {
  const machines = names.map((name) => ({ name, aliases: [] }));
  return { path: "/qemu", version: { text }, machines } as unknown as QemuBinary;
}
const older = qemuWith("7.2.0", "hppa");
const newer = qemuWith("11.1.3", "B160L", "C3700");

test.each([
  ["7.2", "hppa", older, "hppa", "hppa"],
  ["11.1", "hppa", newer, "B160L", "B160L"],
  ["11.1", "hppa,dumpdtb=x", newer, "B160L", "B160L,dumpdtb=x"],
  ["11.1", "B160L", newer, "B160L", "B160L"],
])("of QEMU %s: %s", (_version, name, qemu, machineType, machine) => {
  const board = nameAsQemuDoes(chooseBoard({ arch: "hppa", machine: name }, undefined), qemu);
  expect(board).toMatchObject({ machineType, machine, memory: "512M" });
});

test.each([
  ["B160L", older, "B160L is no machine type of /qemu (7.2.0), but of QEMU 8.2 and newer; it has "],
  ["C8000", newer, "C8000 is no machine type of /qemu (11.1.3); it has B160L, C3700 (with"],
])("%s is refused where there is none", (machine, qemu, message) => {
  const board = chooseBoard({ arch: "hppa", machine }, undefined);
  expect(() => nameAsQemuDoes(board, qemu)).toThrow(SpecError);
  expect(() => nameAsQemuDoes(board, qemu)).toThrow(message);
});
