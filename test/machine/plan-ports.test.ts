/** How many serial ports a board has: by its options and by QEMU's version. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { chooseBoard } from "../../harness/machine/choose-board.ts";
import { planPorts, serialPortsOf } from "../../harness/machine/plan-ports.ts";
import type { MachineSpec } from "../../harness/machine/spec.ts";
import { assembleFlat } from "./assemble.ts";
import { boot, soonMs, useKernels } from "./machines.ts";

useKernels("hello");

const old = { version: { major: 7, minor: 2, micro: 0, text: "7.2.0" } };
const newer = { version: { major: 9, minor: 1, micro: 0, text: "9.1.0" } };

test.each<[string, string, number, number]>([
  ["aarch64", "virt", 1, 2],
  ["aarch64", "virt,secure=on", 2, 2],
  ["aarch64", "virt-7.2,gic-version=3,secure=yes", 2, 2],
  ["aarch64", "virt,secure=off", 1, 2],
  ["aarch64", "virt,insecure=on", 1, 2],
  ["arm", "virt,secure=true", 2, 2],
  ["riscv64", "virt", 1, 1],
  ["loongarch64", "virt", 1, 1],
  ["x86_64", "q35", 4, 4],
])("%s %s has %i with QEMU 7.2, and %i with 9.1", (arch, machine, inOld, inNewer) => {
  const board = chooseBoard({ arch, machine }, undefined);
  expect([old, newer].map((qemu) => serialPortsOf(board, qemu))).toEqual([inOld, inNewer]);
});

describe("more than there are is refused", () => {
  const serialPorts = ["a", "b"];
  test.each<[MachineSpec, string]>([
    [{ arch: "riscv64", serialPorts }, "but virt of riscv64 has 1; name no more"],
    [
      { arch: "x86_64", machine: "microvm", serialPorts },
      'serialPorts: names 2 serial ports, but microvm of x86_64 has 1; take "pc" or "q35" as the',
    ],
    [
      { arch: "aarch64", serialPorts },
      'virt of aarch64 has 1; "virt,secure=on" has 2, or QEMU 9.1 and newer give it 2',
    ],
    [
      { arch: "arm", machine: "microbit", serialPorts: ["a", "b", "c", "d"] },
      "serialPorts: names 4 serial ports, but microbit of arm has 1; name no more",
    ],
  ])("%j", (spec, words) => {
    const plan = () => planPorts(spec, chooseBoard(spec, undefined), old);
    expect(plan).toThrow(SpecError);
    expect(plan).toThrow(words);
  });
});

test("both consoles of an Arm board with a secure world can be had", async () => {
  const firmware = await assembleFlat(
    "aarch64",
    `  ldr x1, =0x09000000
  adr x0, normal
  bl print
  ldr x1, =0x09040000
  adr x0, secure
  bl print
1: wfi
  b 1b
print: ldrb w2, [x0], #1
  cbz w2, 2f
  strb w2, [x1]
  b print
2: ret
normal: .asciz "normal world\\n"
secure: .asciz "secure world\\n"`,
    0,
  );
  const serialPorts = ["normal", "secure"];
  const vm = await boot({ arch: "aarch64", machine: "virt,secure=on", firmware, serialPorts });
  for (const name of serialPorts) {
    await vm.serialPort(name).waitFor(`${name} world`, { timeoutMs: soonMs });
  }
});
