/** Kernels that GRUB starts from an ISO image made for them. */
import { writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { GuestError, HostError, SpecError } from "../../harness/evidence/index.ts";
import { grubConfiguration, makeGrubIso } from "../../harness/machine/boot-media/grub-iso.ts";
import { kernelPath } from "../../kernels/build.ts";
import { assembleMultiboot2 } from "./assemble.ts";
import { boot, errorOf, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("modules", "hello");
const firmwareMs = 120_000;
vi.setConfig({ testTimeout: firmwareMs + 20_000 });
const slow = { timeoutMs: firmwareMs };

function fileWith(name: string, text: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, text);
  return path;
}

function modulesSpec() {
  const one = { file: fileWith("one.txt", "first module\nmore"), commandLine: "one=1, a" };
  const initrd = fileWith("initrd of mine.img", "the initrd\n");
  const modules = [one, fileWith("two, three.txt", "second module\n")];
  return { commandLine: "a=$b  two -x", initrd, modules };
}

const started = [
  "command line: [a=$b  two -x]",
  "module []: the initrd",
  "module [one=1, a]: first module",
  "module []: second module",
  "That is all\n",
].join("\n");

describe("a Multiboot 2 kernel", () => {
  test("gets its command line and modules, and the serial port has nothing of GRUB", async () => {
    const vm = await boot({ kernel: kernelPath("multiboot2"), ...modulesSpec() });
    await vm.serial.waitFor("That is all\n", slow);
    const text = `Started by Multiboot 2\n${started}`;
    expect(Buffer.from(vm.serial.bytes).toString("latin1")).toBe(text.replaceAll("\n", "\r\n"));
    expect(vm.record()).toMatchObject({
      machineType: "pc",
      kernel: { image: "64-bit ELF for x86_64 with a Multiboot 2 header" },
    });
  });

  test("boots by UEFI as well", async () => {
    const spec = { kernel: kernelPath("multiboot2"), ...modulesSpec() };
    const vm = await boot({ ...spec, firmware: "uefi" });
    await vm.serial.waitFor("That is all\n", slow);
    expect(vm.serial.text).toContain(`Started by Multiboot 2\n${started}`);
  });

  test("that GRUB refuses fails the wait at once, with GRUB's own words", async () => {
    // A tag of a type that nobody knows, and that a boot loader must not pass over.
    const vm = await boot({ kernel: await assembleMultiboot2(".short 4242, 0\n.long 8") });
    const error = await errorOf(vm.serial.waitFor("Hello", slow), GuestError);
    expect(error.message).toContain("GRUB has not booted the kernel");
    expect(vm.serial.text).toMatch(/error: unsupported tag: 0x1092/);
  });
});

test("a Multiboot 1 kernel goes through GRUB where it is asked for", async () => {
  const kernel = kernelPath("modules", "i386");
  const vm = await boot({ kernel, bootLoader: "grub", ...modulesSpec() });
  await vm.serial.waitFor("That is all\n", slow);
  expect(vm.serial.text).toBe(`Started by Multiboot\n${started}`);
});

describe("GRUB's script", () => {
  const module = { file: "/a", field: "modules[0].file", commandLineField: "modules[0]" };

  test("boots, or tells on the serial port of a BIOS why not", () => {
    const modules = [{ ...module, commandLine: "one 1" }];
    const script = grubConfiguration({ version: 2, commandLine: "a b", modules, isUefi: false });
    expect(script).toMatchInlineSnapshot(`
      "if multiboot2 /boot/kernel 'a' 'b'; then
      if module2 /boot/module0 'one' '1'; then
      boot
      fi
      fi
      serial --unit=0 --speed=115200
      terminal_output serial
      multiboot2 /boot/kernel 'a' 'b'
      module2 /boot/module0 'one' '1'
      echo "GRUB has not booted the kernel"
      "
    `);
    const uefi = grubConfiguration({ version: 1, commandLine: undefined, modules, isUefi: true });
    expect(uefi).toMatchInlineSnapshot(`
      "if multiboot /boot/kernel; then
      if module /boot/module0 'one' '1'; then
      boot
      fi
      fi
      echo "GRUB has not booted the kernel"
      "
    `);
  });

  test("has every command line as it is, or refuses it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (commandLine) => {
        const request = { version: 2, commandLine, modules: [], isUefi: true } as const;
        if (/['"\\\n\r]/.test(commandLine)) {
          expect(() => grubConfiguration(request)).toThrow(SpecError);
          return;
        }
        const [first = ""] = grubConfiguration(request).split("\n");
        const words = first.replace("if multiboot2 /boot/kernel", "").replace(/; then$/, "");
        expect(words.trimStart().replaceAll(/'([^']*)'/g, "$1")).toBe(commandLine);
      }),
    );
  });
});

describe("refused before QEMU starts", () => {
  test.each([
    ["cdrom", { cdrom: "package.json" }, "is taken: the kernel is started from a CD"],
    ["machine", { machine: "microvm" }, "microvm boots from no CD, on which the boot loader is"],
    ["commandLine", { commandLine: 'a="b c"' }, 'has "\\"", which GRUB does not hand on'],
    ["modules[0]", { modules: ["/nowhere"] }, "/nowhere does not exist"],
    ["modules[1].file", { modules: ["package.json", { file: "kernels" }] }, "is not a regular"],
    [
      "modules[0].commandLine",
      { modules: [{ file: "package.json", commandLine: "'" }] },
      'has "\'", which GRUB does not hand on',
    ],
  ])("%s", async (field, rest, words) => {
    const error = await errorOf(boot({ kernel: kernelPath("multiboot2"), ...rest }), SpecError);
    expect(error.field).toBe(field);
    expect(error.message).toContain(words);
  });

  test("a boot loader for what it does not start", async () => {
    const spec = { kernel: kernelPath("hello"), bootLoader: "grub" } as const;
    const error = await errorOf(boot(spec), SpecError);
    expect(error.message).toMatch(
      /^bootLoader: asks for GRUB, .* with Multiboot, but .* is 64-bit/,
    );
  });

  test("a boot loader and modules for no kernel at all", async () => {
    for (const spec of [{ bootLoader: "grub" as const }, { modules: ["package.json"] }]) {
      const error = await errorOf(boot({ disks: ["package.json"], ...spec }), SpecError);
      expect(error.message).toMatch(
        /^(?:bootLoader|modules): goes? to a kernel .*, and there is none; leave (?:it|them) out$/,
      );
    }
  });

  test("modules of a kernel whose boot protocol has none", async () => {
    const spec = { kernel: kernelPath("hello"), modules: ["package.json"] };
    const error = await errorOf(boot(spec), SpecError);
    expect(error.message).toMatch(/^modules: go to a kernel started by Multiboot or by Limine, /);
  });

  test("a computer without GRUB", async () => {
    const directory = temporaryDirectory();
    vi.stubEnv("PATH", directory);
    const version = 2;
    const request = { kernel: "/k", version, commandLine: "", modules: [], directory } as const;
    const error = await errorOf(makeGrubIso({ ...request, isUefi: false }), HostError);
    expect(error.message).toMatch(/^install grub and grub-bios: it makes the GRUB that starts a /);
    // With a package manager, of which this one stands for all, the packages have their own names.
    await writeFile(join(directory, "brew"), "#!/bin/sh\n", { mode: 0o755 });
    const named = await errorOf(makeGrubIso({ ...request, isUefi: false }), HostError);
    vi.unstubAllEnvs();
    const packages = named.remedy?.replace("brew install ", "").replaceAll(" ", " and ");
    expect(packages).toMatch(/grub/);
    expect(named.message.startsWith(`install ${packages}: it makes the GRUB that`)).toBe(true);
  });
});
