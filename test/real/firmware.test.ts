/** Firmware, boot loaders and kernels that need no operating system, from Debian's archive. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "bringup";
import { Archive } from "./archive.ts";
import { run } from "./archive-program.ts";
import { fileIn } from "./linux.ts";
import { needs, scratchDirectory } from "./needs.ts";

const slow = { timeoutMs: 120_000 };
const soon = { timeoutMs: 60_000 };

const unpacked = (name: string, arch = "amd64") => new Archive(arch).unpacked(name);

/** A kernel that its package compresses, as a file that a machine can boot. */
async function decompressed(path: string): Promise<string> {
  const file = join(await scratchDirectory(), "kernel.elf");
  writeFileSync(file, gunzipSync(readFileSync(path)));
  return file;
}

const uBoots = [
  { board: "qemu_arm64", spec: { arch: "aarch64" }, kind: "firmware" },
  { board: "qemu-riscv64_smode", spec: {}, kind: "kernel" },
] as const;

test.for(uBoots)("U-Boot of $board to its prompt, and a reset", async (row, { boot, skip }) => {
  const tree = await needs(skip, "u-boot-qemu", () => unpacked("u-boot-qemu"));
  const directory = join(tree, "usr/lib/u-boot", row.board);
  const file = fileIn(directory, row.kind === "kernel" ? /^uboot\.elf$/ : /^u-boot\.bin$/);
  const vm = await boot({ ...row.spec, [row.kind]: file });
  await expect(vm.serial).toPrint(/U-Boot 20\d\d\.\d\d/, slow);
  await expect(vm.serial).toPrint("Hit any key to stop autoboot", slow);
  await vm.serial.write(" ");
  await expect(vm.serial).toPrint(/=> $/, slow);
  const options = { prompt: /=> $/, ...soon };
  expect(await vm.serial.command("echo it listens", options)).toBe("it listens");
  await vm.serial.writeLine("reset");
  await expect(vm).toReset(soon);
});

test("Xen without a kernel for its first domain panics", async ({ boot, skip }) => {
  const tree = await needs(skip, "xen", () => unpacked("xen-hypervisor-4.17-amd64"));
  const kernel = await decompressed(fileIn(join(tree, "boot"), /^xen-.*\.gz$/));
  const commandLine = "console=com1 com1=115200,8n1 noreboot";
  const vm = await boot({ kernel, commandLine, machine: "q35", memory: "512M" });
  await expect(vm).toPanic(undefined, slow);
  expect(vm.serial.text).toMatch(/Xen version 4\.\d+/);
});

test("GNU Mach without a bootstrap program panics", async ({ boot, skip }) => {
  const tree = await needs(skip, "gnumach", () => unpacked("gnumach-image-1.8-486"));
  const kernel = await decompressed(fileIn(join(tree, "boot"), /^gnumach.*\.gz$/));
  const vm = await boot({ kernel, commandLine: "console=com0", memory: "512M" });
  await expect(vm).toPanic(undefined, slow);
  expect(vm.serial.text).toContain("GNU Mach 1.8");
});

test("memtest86+ draws on the screen, and tests memory", async ({ boot, skip }) => {
  const tree = await needs(skip, "memtest86+", () => unpacked("memtest86+"));
  const kernel = fileIn(join(tree, "boot"), /^memtest86\+x64\.bin$|^mt86\+x64$/);
  const vm = await boot({ kernel, machine: "pc", display: "std", memory: "64M" });
  await expect(vm.screen).toShowText(/Memtest86\+ v6/, slow);
  await expect(vm.screen).toShowText(/Pass\s+\d+%/, slow);
});

test("iPXE looks for a network card", async ({ boot, skip }) => {
  const tree = await needs(skip, "ipxe", () => unpacked("ipxe"));
  const kernel = fileIn(join(tree, "boot"), /^ipxe\.lkrn$/);
  const vm = await boot({ kernel, machine: "pc", display: "std" });
  await expect(vm.screen).toShowText("Open Source Network Boot Firmware", slow);
});

test("GRUB to its prompt over serial, and halts", async ({ boot, skip }) => {
  const directory = await scratchDirectory();
  const kernel = await needs(skip, "grub", async () => {
    const modules = join(await unpacked("grub-pc-bin"), "usr/lib/grub/i386-pc");
    const configuration = join(directory, "grub.cfg");
    writeFileSync(configuration, "serial\nterminal_input serial\nterminal_output serial\n");
    const image = join(directory, "grub.img");
    const core = join(directory, "core.img");
    const names = "biosdisk serial terminal normal echo halt".split(" ");
    const words = ["-O", "i386-pc", "-d", modules, "-c", configuration, "-o", core, "-p", "/"];
    await run("grub-mkimage", [...words, ...names]);
    const sector = readFileSync(join(modules, "boot.img"));
    writeFileSync(image, Buffer.concat([sector, readFileSync(core), Buffer.alloc(1024 ** 2)]));
    return image;
  });
  const vm = await boot({ kernel });
  await expect(vm.serial.terminal).toShowText(/grub> /, slow);
  await vm.serial.type("echo it listens\r");
  await expect(vm.serial.terminal).toShowText(/^it listens/m, soon);
  await vm.serial.type("halt\r");
  await expect(vm).toPowerOff(soon);
});
