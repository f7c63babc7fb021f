/**
 * Images on which Limine is to start a kernel. Limine itself is in no package of the distributions
 * that tests run on: files of our own stand in its place, so that what is on the image, and what is
 * refused, is tested; and a boot sector in the place of its first stage shows that a BIOS runs it.
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { limineConfiguration } from "../../harness/machine/boot-media/limine-iso.ts";
import { chooseBoard } from "../../harness/machine/choose-board.ts";
import { detectImage } from "../../harness/machine/image.ts";
import { checkImage } from "../../harness/machine/image-check.ts";
import { kernelPath } from "../../kernels/build.ts";
import { assembleBootSector } from "./assemble.ts";
import { elfSamples } from "./image-samples.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("hello", "modules");

async function kernelFile(name: keyof typeof elfSamples): Promise<string> {
  const path = join(temporaryDirectory(), "kernel.elf");
  await writeFile(path, elfSamples[name]);
  return path;
}

async function standIns(...folders: string[]): Promise<string> {
  const root = temporaryDirectory();
  const directory = join(root, ...folders);
  await mkdir(directory, { recursive: true });
  const stage = await assembleBootSector(
    '  mov $text, %si\n  call print\n1: hlt\n  jmp 1b\ntext: .asciz "in the place of Limine\\n"',
    2048,
  );
  await copyFile(stage, join(directory, "limine-bios-cd.bin"));
  await writeFile(join(directory, "limine-bios.sys"), "second stage");
  await writeFile(join(directory, "limine-uefi-cd.bin"), Buffer.alloc(4096));
  return root;
}

test("the image is booted by a BIOS, and has Limine, the kernel and its modules on it", async () => {
  const limine = await standIns("share", "limine");
  const module = join(limine, "a = b.txt");
  await writeFile(module, "module");
  const kernel = await kernelFile("limine");
  const modules = [{ file: module, commandLine: "of the module" }];
  const spec = { kernel, bootLoader: { limine }, commandLine: "a=1 b", modules };
  const vm = await boot(spec);
  await vm.serial.waitFor("in the place of Limine\n", { timeoutMs: soonMs });
  const iso = join(vm.record().directory, "limine.iso");
  expect(await detectImage(iso)).toMatchObject({ elTorito: { bios: true, uefi: true } });
  const out = join(temporaryDirectory(), "out");
  await execa("xorriso", ["-osirrox", "on", "-indev", iso, "-extract", "/", out]);
  expect(await readFile(join(out, "boot", "kernel"))).toEqual(await readFile(kernel));
  expect(await readFile(join(out, "boot", "module0"), "utf8")).toBe("module");
  expect(await readFile(join(out, "boot", "limine", "limine-bios.sys"), "utf8")).toBe(
    "second stage",
  );
  expect(await readFile(join(out, "boot", "limine", "limine.conf"), "utf8")).toMatchInlineSnapshot(`
    "timeout: 0

    /kernel under test
        protocol: limine
        path: boot():/boot/kernel
        kernel_path: boot():/boot/kernel
        cmdline: a=1 b
        module_path: boot():/boot/module0
        module_cmdline: of the module
    "
  `);
});

describe("the configuration", () => {
  test("names a Multiboot module's string as Limine does there", () => {
    const module = { file: "/m", commandLine: "m", field: "", commandLineField: "" };
    const request = { protocol: "multiboot2", commandLine: "", modules: [module] } as const;
    expect(limineConfiguration(request)).toMatchInlineSnapshot(`
      "timeout: 0

      /kernel under test
          protocol: multiboot2
          path: boot():/boot/kernel
          kernel_path: boot():/boot/kernel
          module_path: boot():/boot/module0
          module_string: m
      "
    `);
  });

  test.each(["a\nprotocol: linux", "$" + "{ARCH}", " a", "a "])("refuses %j", (commandLine) => {
    const request = { protocol: "limine", commandLine, modules: [] } as const;
    expect(() => limineConfiguration(request)).toThrow(/^commandLine: has .* cannot hold it/);
  });
});

test("another architecture is booted by UEFI, for it has no BIOS", async () => {
  const image = await detectImage(await kernelFile("aarch64"));
  const spec = { bootLoader: { limine: "/limine" } };
  checkImage(image, spec);
  expect(chooseBoard(spec, image)).toMatchObject({ machine: "virt", firmware: "uefi" });
  expect(chooseBoard(spec, await detectImage(await kernelFile("limine")))).toMatchObject({
    machine: "pc",
    firmware: "default",
  });
});

describe("refused before QEMU starts", () => {
  test("a directory without all of the files", async () => {
    const [kernel, limine] = [await kernelFile("limine"), temporaryDirectory()];
    const error = await errorOf(boot({ kernel, bootLoader: { limine } }), SpecError);
    expect(error.message).toMatch(
      /^bootLoader\.limine: .* has not all of limine-bios-cd\.bin, limine-bios\.sys, limine-uefi-cd/,
    );
  });

  test("a kernel that Limine does not start", async () => {
    const spec = { kernel: kernelPath("hello"), bootLoader: { limine: "/limine" } };
    const error = await errorOf(boot(spec), SpecError);
    expect(error.message).toMatch(/^bootLoader: asks for Limine, .* protocol or Multiboot, but /);
  });

  test("a Limine kernel without its boot loader", async () => {
    const error = await errorOf(boot({ kernel: await kernelFile("limine") }), SpecError);
    expect(error.message).toMatch(
      /^kernel: .* for the Limine boot protocol; .*bootLoader: \{ limine/,
    );
  });
});
