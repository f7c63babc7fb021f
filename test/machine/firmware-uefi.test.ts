/** UEFI on a PC: the shell, and an application of one's own. Slow: one test for each. */
import { mkdirSync, readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { findFirmware, findQemu } from "../../harness/host/index.ts";
import { makeSystemPartition } from "../../harness/machine/boot-media/efi-system-partition.ts";
import { findUefiShell } from "../../harness/machine/boot-media/uefi-shell.ts";
import { buildApplication } from "./efi-application.ts";
import { boot, errorOf, temporaryDirectory } from "./machines.ts";

const firmwareMs = 120_000;
vi.setConfig({ testTimeout: firmwareMs + 20_000 });
const slow = { timeoutMs: firmwareMs };

test("a PC reaches the shell, answers, and powers off; the variable store is untouched", async () => {
  const qemu = await findQemu("x86_64");
  const { code, variables } = findFirmware({ arch: "x86_64", machineType: "q35", qemu });
  const before = readFileSync(variables ?? code);
  const shell = findUefiShell("x86_64");
  const vm = await boot(shell === undefined ? { firmware: "uefi" } : { kernel: shell });
  expect(vm.record().machineType).toBe("q35");
  expect(vm.record().reproduce).toContain(code);
  // The shell counts down unless a key is pressed; should it be late, it makes an empty line.
  await vm.serial.waitFor("Press ESC", slow);
  await vm.serial.writeLine();
  await vm.serial.waitFor(/Shell> $/, slow);
  // The shell moves the cursor to overwrite the countdown in place.
  await vm.serial.terminal.waitForText(/Shell> $/, slow);
  expect(vm.serial.text).toContain("Mapping table");
  expect(vm.serial.terminal.text.match(/Press ESC in/g)).toHaveLength(1);
  // It prints escape sequences around every character that it echoes.
  const version = await vm.serial.command("ver", { prompt: /Shell> $/, ...slow });
  expect(version).toMatch(/^UEFI Interactive Shell v[^\n]+\n/);
  expect(version).not.toContain("Shell> ");
  expect(await vm.serial.command("echo Shell>", { prompt: /Shell> $/, ...slow })).toBe("Shell>");
  await vm.serial.type("reset -s\r", { echo: true, ...slow });
  expect(await vm.exited).toMatchObject({ kind: "power-off" });
  expect(readFileSync(variables ?? code).equals(before)).toBe(true);
});

test("an EFI application is booted from a disk that is made for it", async () => {
  const vm = await boot({ kernel: await buildApplication() });
  await vm.serial.waitFor("Hello from an EFI application\n", slow);
  expect(vm.record().kernel?.image).toBe("EFI application for x86_64");
});

test("an EFI application gets its command line from the shell", async () => {
  const commandLine = 'mode=%all% "two  words" #1 2';
  const kernel = await buildApplication();
  for (const refused of ["a\nb", 'a="b', "a^b", "a|b", "ä"]) {
    const error = await errorOf(boot({ kernel, commandLine: refused }), SpecError);
    expect(error.message).toMatch(/^commandLine: cannot be handed to an EFI application: the UEFI/);
  }
  const vm = await boot({ kernel, commandLine });
  await vm.serial.waitFor("Press ESC", slow);
  await vm.serial.write(" ");
  const { text } = await vm.serial.waitFor(/options \[.*\]\n/, slow);
  expect(text.replace(/\[.*application\.efi /, "[")).toBe(`options [${commandLine}]\n`);
});

test("an EFI application for Arm, from a directory", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "EFI", "Boot"), { recursive: true });
  await copyFile(await buildApplication("aarch64"), join(directory, "EFI", "Boot", "bootaa64.efi"));
  const vm = await boot({ directory });
  await vm.serial.waitFor("Hello from an EFI application\n", slow);
  expect(vm.record()).toMatchObject({ arch: "aarch64", machineType: "virt", kernel: null });
});

test("a disk for an architecture that UEFI has no name for", async () => {
  const directory = temporaryDirectory();
  const error = await errorOf(
    makeSystemPartition({ application: "a.efi", arch: "m68k", directory }),
    SpecError,
  );
  expect(error.message).toMatch(/^arch: m68k has no boot file name in UEFI/);
});
