/** U-Boot given as a kernel: what each board takes of it, by what its builds for QEMU contain. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { detectImage } from "../../harness/machine/image.ts";
import { checkImage, type ImageRequest } from "../../harness/machine/image-check.ts";
import { temporaryDirectory } from "../guest/clang.ts";
import { sampleElf } from "../guest/elf-sample.ts";
import { bytesWith } from "./image-samples.ts";

async function judge(bytes: Buffer, request: ImageRequest = {}): Promise<string> {
  const path = join(await temporaryDirectory(), "u-boot");
  await writeFile(path, bytes);
  const image = await detectImage(path);
  try {
    checkImage(image, request);
    return "taken";
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message.replaceAll(path, "PATH").split("\n", 1)[0] ?? "";
  }
}

const version = "\0U-Boot 2023.01+dfsg-2 (Jun 22 2026 - 08:38:07 +0000)\0";
const named = (...lines: string[]) => `\0baudrate=115200\0${lines.join("\0")}\0`;
const content = (environment: string, text = version) =>
  bytesWith(100_000, { 0: "\x0a\0\0\x14\x1f\x20\x03\xd5", 3000: environment, 90000: text });
const flat = (environment: string) => content(environment);
const elf = (machine: number, environment: string, header: object = {}) =>
  sampleElf({ machine, segments: [{ content: content(environment) }], ...header });

const qemuArm64 = named("arch=arm", "cpu=armv8", "board=qemu-arm");
const raspberryPi = named("arch=arm", "cpu=armv8", "board=rpi");
const riscv = named("arch=riscv", "cpu=generic", "board=qemu-riscv");
const machineMode = Buffer.concat([Buffer.from("732540f1", "hex"), flat(riscv).subarray(4)]);
const library = { type: 3, entry: 0n };

test.each<[string, Buffer, ImageRequest, string]>([
  [
    "Arm's virt",
    flat(qemuArm64),
    {},
    'kernel: PATH is U-Boot 2023.01+dfsg-2, virt starts it as firmware; give it as firmware, with arch: "aarch64"',
  ],
  ["the same with arch", flat(qemuArm64), { arch: "aarch64" }, "virt starts it as firmware"],
  ["32-bit Arm", flat(named("arch=arm", "cpu=armv7", "board=qemu-arm")), {}, 'with arch: "arm"'],
  [
    "its ELF file",
    elf(183, qemuArm64, library),
    {},
    'give the u-boot.bin of that build as firmware, with arch: "aarch64"',
  ],
  [
    "a Raspberry Pi",
    flat(raspberryPi),
    {},
    'machine: PATH is U-Boot 2023.01+dfsg-2, it is for a Raspberry Pi; give it with machine: "raspi3b" and deviceTree',
  ],
  [
    "RISC-V",
    flat(riscv),
    {},
    'arch: PATH is U-Boot 2023.01+dfsg-2, it is for RISC-V in S-mode; give arch: "riscv64" with it',
  ],
  ["RISC-V in M-mode", machineMode, {}, 'give it as firmware, with arch: "riscv64"'],
  [
    "a PC",
    flat(named("arch=x86", "board=qemu-x86")),
    {},
    'give the ROM of that build: firmware: "u-boot.rom"',
  ],
  ["a PC's ELF file", elf(62, ""), {}, 'firmware: "u-boot.rom"'],
  ["Malta", elf(8, "", { bits: 32 }), {}, 'firmware: "u-boot-swap.bin", arch: "mipsel"'],
  [
    "big-endian Malta",
    elf(8, "", { bits: 32, endian: "big" }),
    {},
    'firmware: "u-boot.bin", arch: "mips"',
  ],
  ["PowerPC", elf(20, "", { bits: 32, endian: "big" }), {}, 'machine: "ppce500"'],
  [
    "a board that it does not name",
    flat(""),
    {},
    "arch: PATH is U-Boot 2023.01+dfsg-2, and does not tell for which board; give arch and machine with it, and give it as firmware if",
  ],
])("%s", async (_, bytes, request, words) => {
  expect(await judge(bytes, request)).toContain(words);
});

test.each<[string, Buffer, ImageRequest]>([
  ["RISC-V with arch", flat(riscv), { arch: "riscv64" }],
  ["a Raspberry Pi's with its board", flat(raspberryPi), { machine: "raspi3b" }],
  ["another board than the one it was built for", flat(qemuArm64), { machine: "raspi3b" }],
  ["an address", flat(qemuArm64), { arch: "aarch64", loadAddress: "0x40200000" }],
  [
    "an ELF file for PowerPC with its board",
    elf(20, "", { bits: 32, endian: "big" }),
    { machine: "ppce500" },
  ],
  ["an ELF file that OpenSBI starts", elf(243, riscv), {}],
])("%s is taken", async (_, bytes, request) => {
  expect(await judge(bytes, request)).toBe("taken");
});

test.each([
  "\0as tested with U-Boot 2023.01 (see its manual)\0",
  "\0U-Boot SPL 2023.01 (Jun 22 2026 - 08:38:07 +0000)\0",
  "\0needs U-Boot 2019 (or newer)\0",
])("%j is not enough to be U-Boot", async (text) => {
  expect(await judge(content(qemuArm64, text))).toContain("is no boot image but 100000 bytes");
});
