/** UEFI on a PC: the shell, and an application of one's own. Slow: one test for each. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { findFirmware, findQemu } from "../../harness/host/index.ts";
import { makeSystemPartition } from "../../harness/machine/efi-system-partition.ts";
import { boot, errorOf, temporaryDirectory } from "./machines.ts";

const firmwareMs = 120_000;
vi.setConfig({ testTimeout: firmwareMs + 20_000 });
const slow = { timeoutMs: firmwareMs };

/** Prints a line on the serial port, as firmware does, and returns to it. */
const applicationSource = `
typedef unsigned short character;
struct text_output {
    void *reset;
    unsigned long long (*__attribute__((ms_abi)) write)(struct text_output *, const character *);
};
struct system_table {
    char header[24];
    const character *vendor;
    unsigned revision;
    void *console_in_handle, *console_in, *console_out_handle;
    struct text_output *console_out;
};
unsigned long long __attribute__((ms_abi)) efi_main(void *image, struct system_table *table)
{
    (void)image;
    table->console_out->write(table->console_out, u"Hello from an EFI application\\r\\n");
    for (;;)
        __asm__ volatile("pause");
}
`;

async function buildApplication(): Promise<string> {
  const directory = temporaryDirectory();
  const [source, object, application] = ["app.c", "app.o", "app.efi"].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  await writeFile(source, applicationSource);
  const compile = ["--target=x86_64-unknown-windows", "-ffreestanding", "-mno-red-zone", "-c"];
  await execa("clang", [...compile, "-Os", source, "-o", object]);
  const link = ["/subsystem:efi_application", "/entry:efi_main", `/out:${application}`, object];
  await execa("lld-link", link);
  return application;
}

test("a PC reaches the shell, answers, and powers off; the variable store is untouched", async () => {
  const qemu = await findQemu("x86_64");
  const { code, variables } = findFirmware({ arch: "x86_64", machineType: "q35", qemu });
  const before = readFileSync(variables ?? code);
  const vm = await boot({ firmware: "uefi" });
  expect(vm.record()).toMatchObject({ machineType: "q35", kernel: null });
  expect(vm.record().reproduce).toContain(code);
  // The shell counts down unless a key is pressed; should it be late, it makes an empty line.
  await vm.serial.waitFor("Press ESC", slow);
  await vm.serial.writeLine();
  await vm.serial.waitFor(/Shell> $/, slow);
  // The shell moves the cursor to overwrite this line, and the countdown in place.
  await vm.serial.terminal.waitForText(/Shell> $/, slow);
  expect(vm.serial.text).toContain("Mapping table");
  expect(vm.serial.terminal.text).not.toContain("Mapping table");
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
  await vm.serial.waitFor("Hello from an EFI application", slow);
  expect(vm.record().kernel?.image).toBe("EFI application for x86_64");
});

test("a disk for an architecture that UEFI has no name for", async () => {
  const directory = temporaryDirectory();
  const error = await errorOf(makeSystemPartition("a.efi", "m68k", directory), SpecError);
  expect(error.message).toMatch(/^arch: m68k has no boot file name in UEFI/);
});
