/** Files that were cut short on their way, by the sizes that their own headers have. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { detectImage } from "../../harness/machine/image.ts";
import { temporaryDirectory } from "../guest/clang.ts";
import { bytesWith } from "./image-samples.ts";

async function judge(bytes: Buffer): Promise<string> {
  const path = join(await temporaryDirectory(), "kernel");
  await writeFile(path, bytes);
  try {
    return (await detectImage(path)).kind;
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message.replaceAll(path, "PATH");
  }
}

/** Three sectors, and 0x1800 bytes of system. */
const setup = { 510: "\x55\xaa", 514: "HdrS", 518: "\x0f\x02", 497: "\x02", 500: 0x180 };
/** One section of 4,096 bytes in the file, from its byte 4096 on, of which 4,000 are loaded. */
const sections = { 134: 1, 148: 0x70, 272: 4000, 280: 4096, 284: 4096 };
const efi = { 0: "MZ", 60: 128, 128: "PE\0\0\x64\xaa", 220: 10, ...sections };
const iso = { 32768: "\x01CD001\x01", 32848: 400, 32896: 2048, 34816: "\xffCD001\x01" };
const zImage = { 36: 0x016f2818, 40: 0x8000, 44: 0x8000 + 6000 };

test.each([
  ["bzImage", setup, 1536 + 0x1800 - 15, "bzimage", "setup_sects and syssize"],
  ["zImage", zImage, 6000, "arm-zimage", "its start and end"],
  ["uImage", { 0: "\x27\x05\x19\x56", 12: "\0\0\x02\x58" }, 664, "uimage", "ih_size"],
  ["Image", { ...efi, 56: "ARM\x64" }, 8096, "arm64-image", "the table of PE sections"],
  ["EFI application", efi, 8096, "efi-application", "the table of PE sections"],
  ["ISO but for its padding", iso, 250 * 2048, "iso9660", "the size of the volume"],
] as const)("%s: whole, and with less", async (_, parts, wholeBytes, kind, fields) => {
  const whole = bytesWith(wholeBytes, parts);
  expect(await judge(whole)).toBe(kind);
  expect(await judge(Buffer.concat([whole, Buffer.alloc(1000, 1)]))).toBe(kind);
  for (const sizeBytes of [wholeBytes - 1, wholeBytes >> 1]) {
    const words = await judge(whole.subarray(0, sizeBytes));
    expect(words).toContain(`kernel: PATH is cut short: by its header (${fields}), this `);
    expect(words).toContain(
      `has at least ${wholeBytes} bytes, but the file ends after ${sizeBytes}, and ` +
        `${wholeBytes - sizeBytes} are missing; build, copy or download it again`,
    );
  }
});

test.each([
  ["a bzImage of a protocol without that field", { ...setup, 518: "\x03\x02" }, "bzimage"],
  ["an Image without an EFI stub, which does not tell", { 56: "ARM\x64" }, "arm64-image"],
  ["a section without bytes in the file", { ...efi, 280: 0 }, "efi-application"],
])("%s is taken as it is", async (_, parts, kind) => {
  expect(await judge(bytesWith(4096, parts))).toBe(kind);
});

test("a file that ends within its header is no reason to fail otherwise", async () => {
  expect(await judge(bytesWith(64, zImage).subarray(0, 41))).toBe("arm-zimage");
});
