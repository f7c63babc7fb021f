/** Firmware of one's own: by `-bios`, in flash memory, and beside a kernel. */
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { assembleArmFirmware, assembleRiscv } from "./assemble.ts";
import { boot, errorOf, soonMs, temporaryDirectory } from "./machines.ts";

vi.setConfig({ testTimeout: 60_000 });
const soon = { timeoutMs: soonMs };

function fileOf(sizeBytes: number, start = ""): string {
  const path = join(temporaryDirectory(), "firmware.bin");
  writeFileSync(path, start, "latin1");
  truncateSync(path, sizeBytes);
  return path;
}

describe("firmware for Arm", () => {
  test("runs from its first byte, as -bios and in flash memory that it does not fill", async () => {
    const firmware = await assembleArmFirmware("firmware of mine");
    const vm = await boot({ arch: "aarch64", firmware });
    await vm.serial.waitFor("firmware of mine", soon);
    const variables = fileOf(4096);
    const inFlash = await boot({ arch: "aarch64", firmware: { code: firmware, variables } });
    await inFlash.serial.waitFor("firmware of mine", soon);
    expect(inFlash.record().reproduce).toContain("flash-variables-firmware.bin");
  });

  test("stands beside a kernel, which it is free to start or not", async () => {
    const firmware = await assembleArmFirmware("firmware of mine");
    const kernel = join(temporaryDirectory(), "Image");
    const head = Buffer.alloc(64);
    head.write("ARM\x64", 56, "latin1");
    writeFileSync(kernel, Buffer.concat([head, Buffer.alloc(4096)]));
    const vm = await boot({ kernel, firmware });
    await vm.serial.waitFor("firmware of mine", soon);
    expect(vm.record().reproduce).toMatch(/-bios .*-kernel /);
  });
});

test("OpenSBI starts a payload for supervisor mode, which asks it to print", async () => {
  const kernel = await assembleRiscv(
    `  la s0, text
2: lbu a0, 0(s0)
  beqz a0, 1f
  li a7, 1          # sbi_console_putchar, legacy extension
  ecall
  addi s0, s0, 1
  j 2b
text: .asciz "printed by OpenSBI\\n"
.balign 4`,
    { address: 0x80200000 },
  );
  const vm = await boot({ kernel });
  await vm.serial.waitFor("printed by OpenSBI\n", soon);
  expect(vm.serial.text).toContain("OpenSBI v");
});

describe("refused before QEMU starts", () => {
  test.each<[field: string, spec: () => object, words: RegExp]>([
    ["firmware", () => ({ firmware: fileOf(0) }), /is empty; did its build fail half-way\?/],
    ["firmware", () => ({ firmware: "/nowhere" }), /\/nowhere does not exist/],
    ["firmware", () => ({ firmware: fileOf(1000) }), /no ROM image for a PC, .* give u-boot\.rom/],
    ["firmware", () => ({ firmware: fileOf(32 * 1024 ** 2) }), /is no ROM image for a PC/],
    [
      "firmware",
      () => ({ arch: "aarch64", firmware: fileOf(4096, "\x7fELF") }),
      /is an ELF file, but virt of aarch64 runs firmware from its first byte; give the flat binary/,
    ],
    [
      "firmware",
      () => ({ arch: "arm", firmware: fileOf(65 * 1024 ** 2) }),
      /has 68157440 bytes, but the board's flash memory takes 67108864/,
    ],
    [
      "firmware.variables",
      () => ({
        arch: "riscv64",
        firmware: { code: fileOf(4096), variables: fileOf(33 * 1024 ** 2) },
      }),
      /has 34603008 bytes, but the board's flash memory takes 33554432/,
    ],
    [
      "firmware.code",
      () => ({ arch: "aarch64", firmware: { code: fileOf(0) } }),
      /is empty; did its build/,
    ],
  ])("%s", async (field, spec, words) => {
    const error = await errorOf(boot(spec()), SpecError);
    expect(error.field).toBe(field);
    expect(error.message).toMatch(words);
  });
});
