/** CPUs by what compilers write into ELF files, with guests that no other CPU executes. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectImage } from "../../harness/machine/image.ts";
import { sampleElf } from "../guest/elf-sample.ts";
import { assembleLinked } from "./assemble.ts";
import { boot, soonMs, temporaryDirectory } from "./machines.ts";

/** Executes `vsetvli t0, a0, e32, m1, ta, ma` with vectors switched on in mstatus. */
const vector = `  .attribute arch, "rv64i2p0_f2p0_d2p0_v1p0"
  li t0, 0x200
  csrs mstatus, t0
  .word 0x0d0572d7
  li t0, 0x10000000
  li t1, 'V'
  sb t1, 0(t0)
1: j 1b
`;
const loadAcquire = `  ldr r0, =0x09000000
  mov r1, #'8'
  lda r2, [r0]
  str r1, [r0]
1: b 1b
`;

test.each([
  ["RISC-V with vectors", "riscv64", vector, 0x8000_0000, "V", "-cpu rv64,v=true"],
  ["Armv8 in AArch32", "arm-v8", loadAcquire, 0x4020_0000, "8", "-cpu max"],
] as const)("%s gets a CPU that has it", async (_, target, body, address, letter, words) => {
  const kernel = await assembleLinked(target, body, ["-n", `-Ttext=0x${address.toString(16)}`]);
  const vm = await boot({ kernel });
  await vm.serial.waitFor(letter, { timeoutMs: soonMs });
  expect(vm.record().reproduce).toContain(words);
});

test.each([
  ["MIPS III", 0x2000_0000, "mips64el"],
  ["MIPS64 release 2", 0x8000_0000, "mips64el"],
  ["MIPS32 release 2", 0x7000_0000, "mipsel"],
])("%s in a 32-bit ELF file is for %s", async (_, flags, arch) => {
  const bytes = sampleElf({ bits: 32, machine: 8, segments: [{ content: Buffer.alloc(16, 1) }] });
  bytes.writeUInt32LE(flags, 36);
  const path = join(temporaryDirectory(), "vmlinux.32");
  await writeFile(path, bytes);
  expect(await detectImage(path)).toMatchObject({ arch });
});
