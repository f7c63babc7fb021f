/** Files without a header that QEMU's own `-kernel` starts, once the spec says for which board. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { architecturesWith } from "../../harness/machine/board.ts";
import type { MachineSpec } from "../../harness/machine/spec.ts";
import { assembleFlat, assembleLinked } from "./assemble.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("hello");

/** Prints "EL" and the exception level on a PL011, and what X0 points to, if to a device tree. */
const exceptionLevel = (uart: string) => `  mrs x3, mpidr_el1
  and x3, x3, #3
  cbnz x3, 9f
  ldr x1, =${uart}
  mov w2, #'E'
  str w2, [x1]
  mov w2, #'L'
  str w2, [x1]
  mrs x2, CurrentEL
  lsr x2, x2, #2
  add w2, w2, #'0'
  str w2, [x1]
  cbz x0, 8f
  ldr w3, [x0]
  ldr w4, =0xedfe0dd0
  cmp w3, w4
  b.ne 8f
  mov w2, #'d'
  str w2, [x1]
8: mov w2, #10
  str w2, [x1]
9: wfe
  b 9b
`;

test.each<[string, MachineSpec]>([
  ["board and architecture", { arch: "aarch64", machine: "raspi3b" }],
  ["the board alone", { machine: "raspi3b" }],
  ["the address at which its firmware has it", { machine: "raspi3b", loadAddress: 0x80000 }],
])("a Raspberry Pi's kernel8.img starts as by its firmware: %s", async (_, spec) => {
  const kernel = await assembleFlat("aarch64", exceptionLevel("0x3f201000"), 0x80000);
  const vm = await boot({ kernel, ...spec });
  await vm.serial.waitFor("EL2\n", { timeoutMs: soonMs });
});

test("so does its ELF file, with zeros behind it, unless that is to start as QEMU has it", async () => {
  const body = exceptionLevel("0x3f201000").replace(
    "lsr x2",
    "ldr x4, =end\n  ldr w4, [x4]\n  cbnz w4, 9f\n  lsr x2",
  );
  const data = ".section .data\n .balign 4096\n .quad 1\n.bss\nend: .quad 0\n";
  const kernel = await assembleLinked("aarch64", `${body}${data}`, ["-N", "-Ttext=0x80000"]);
  const vm = await boot({ kernel });
  await vm.serial.waitFor("EL2\n", { timeoutMs: soonMs });
  expect(vm.record()).toMatchObject({ arch: "aarch64", machineType: "raspi3b" });
  const bare = await boot({ kernel, machine: "raspi3b", firmware: "none" });
  await bare.serial.waitFor("EL3\n", { timeoutMs: soonMs });
});

test("at an address of its own it starts as the CPU comes out of a reset", async () => {
  const kernel = await assembleFlat("aarch64", exceptionLevel("0x3f201000"), 0x200000);
  const vm = await boot({ kernel, machine: "raspi3b", loadAddress: 0x200000 });
  await vm.serial.waitFor("EL3\n", { timeoutMs: soonMs });
});

test("an Arm gets a device tree, with command line and initial RAM disk", async () => {
  const initrd = join(temporaryDirectory(), "initrd");
  writeFileSync(initrd, "an initial RAM disk");
  const kernel = await assembleFlat("aarch64", exceptionLevel("0x09000000"), 0x40080000);
  const vm = await boot({ kernel, arch: "aarch64", commandLine: "answer=42", initrd });
  await vm.serial.waitFor("EL1d\n", { timeoutMs: soonMs });
  expect(vm.record().reproduce).toMatch(/-kernel \S+ -initrd \S+ -append answer=42/);
});

test("a program for RISC-V starts in S-mode on top of OpenSBI, or in its place", async () => {
  // By SBI's first console call, which ends here where there is no SBI: then it is M-mode.
  const underSbi = "  li a7, 1\n  li a0, 'S'\n  ecall\n  li a0, 10\n  ecall\n1: wfi\n  j 1b\n";
  const kernel = await assembleFlat("riscv64", underSbi, 0x80200000);
  const vm = await boot({ kernel, arch: "riscv64" });
  await vm.serial.waitFor(/^S$/m, { timeoutMs: soonMs });
  const bare = "  csrr t0, mhartid\n  li t1, 0x10000000\n  li t2, 'M'\n  sb t2, 0(t1)\n1: j 1b\n";
  const machineMode = await assembleFlat("riscv64", bare, 0x80000000);
  const other = await boot({ kernel: machineMode, arch: "riscv64", firmware: "none" });
  await other.serial.waitFor("M", { timeoutMs: soonMs });
});

test("a program for s390x starts by the PSW at its beginning", async () => {
  const image = Buffer.alloc(0x400);
  // A short PSW with 31-bit addresses that leads to 0x200; there LPSWE loads one that waits,
  // disabled, which QEMU reports with its address (Principles of Operation, "PSW Format").
  image.writeUInt32BE(0x0008_0000, 0);
  image.writeUInt32BE(0x8000_0200, 4);
  image.writeUInt32BE(0xb2b2_0300, 0x200);
  image.writeUInt32BE(0x0002_0000, 0x300);
  image.writeUInt32BE(0x8000_0000, 0x304);
  image.writeUInt32BE(0x0000_dead, 0x30c);
  const kernel = join(temporaryDirectory(), "image");
  writeFileSync(kernel, image);
  const vm = await boot({ kernel, arch: "s390x" });
  expect(await vm.exited).toMatchObject({
    kind: "panic",
    message: expect.stringContaining("dead"),
  });
});

test.each<[MachineSpec, string]>([
  [
    { machine: "pc" },
    "kernel: PATH is a file without a boot header (8192 bytes of a format that is not known), which " +
      "QEMU does not start on pc of x86_64; give an ELF with a PVH note or a Multiboot header",
  ],
  [{ arch: "mips" }, "on malta of mips; give an ELF file, or say where it goes: loadAddress"],
  [{ machine: "sifive_e", arch: "riscv64" }, "which QEMU does not start on sifive_e of riscv64"],
  [
    { machine: "virt,gic-version=3" },
    "arch: is missing: virt is a board of aarch64, arm, riscv64, riscv32, loongarch64, m68k, or1k; " +
      "name one of them",
  ],
  [
    { machine: "lm3s6965evb", initrd: "initrd" },
    "initrd: is not possible: lm3s6965evb hands none over; leave it out",
  ],
  [{ machine: "made-up" }, "arch: is missing: this image does not tell for which computer it is"],
])("%j is refused", async (spec, message) => {
  const kernel = join(temporaryDirectory(), "flat.bin");
  writeFileSync(kernel, Buffer.alloc(8192, 0xa5));
  const error = await errorOf(boot({ kernel, ...spec }), SpecError);
  expect(error.message.replace(kernel, "PATH")).toContain(message);
});

test("a board's name tells the architecture where one alone is meant", () => {
  const boards = ["raspi3b", "raspi2b", "microbit", "pc", "pc-q35-7.2", "s390-ccw-virtio", "x"];
  expect(boards.map(architecturesWith)).toEqual([
    ["aarch64"],
    ["arm"],
    ["arm"],
    ["x86_64"],
    ["x86_64"],
    ["s390x"],
    [],
  ]);
});
