/** That an EFI application which returns to the firmware has ended, and with what. */
import { mkdirSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { GuestError, type MachineExit } from "../../harness/evidence/index.ts";
import { EfiReturnSearch, type EfiStarter } from "../../harness/machine/efi-return.ts";
import { buildApplication } from "./efi-application.ts";
import { boot, errorOf, temporaryDirectory } from "./machines.ts";

const firmwareMs = 120_000;
vi.setConfig({ testTimeout: firmwareMs + 20_000 });
const slow = { timeoutMs: firmwareMs };
const notFound = 0x8000_0000_0000_000en;
/** Of an error without a name. */
const unnamed = 0x8000_0000_0000_0063n;

const disk = 'Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x3,0x0)';
const other = 'Boot0003 "UEFI QEMU DVD-ROM" from PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)';
const volume = "Fv(7CB8BDC9-F8EB-4F34-AAEA-3EE4AF6516A1)";
const menu = `Boot0000 "UiApp" from ${volume}/FvFile(462CAA21-7614-4503-836E-8AB6F4662331)`;
const shell = `Boot0002 "EFI Internal Shell" from ${volume}/FvFile(7C04A583-9E3E-4F1C-AD65-E05268D0B4D1)`;
const begun = [`BdsDxe: loading ${disk}`, `BdsDxe: starting ${disk}`, "Hello"];

/** What is found, with the text in pieces of any size. */
function statusOf(starter: EfiStarter, lines: readonly string[], pieceLength = 7): string {
  const search = new EfiReturnSearch(starter);
  const text = `${lines.join("\n")}\n`;
  for (let at = 0; at < text.length; at += pieceLength) {
    const found = search.take(text.slice(at, at + pieceLength));
    if (found !== undefined) return found.status;
  }
  return "none";
}

describe("the firmware's words", () => {
  test.each<[what: string, status: string, lines: readonly string[]]>([
    ["an error", "EFI_NOT_FOUND", [...begun, `BdsDxe: failed to start ${disk}: Not Found`]],
    [
      "an error in other letters",
      "EFI_TIMEOUT",
      [...begun, `BdsDxe: failed to start ${disk}: Time out`],
    ],
    [
      "an error behind an unfinished line",
      "EFI_ABORTED",
      [...begun.slice(0, 2), `loading...BdsDxe: failed to start ${disk}: Aborted`],
    ],
    [
      "an error without a name",
      "0x8000000000000063",
      [...begun, `BdsDxe: failed to start ${disk}: 8000000000000063`],
    ],
    ["a success", "EFI_SUCCESS", [...begun, `BdsDxe: loading ${menu}`]],
    ["no success and no error", "a warning", [...begun, `BdsDxe: loading ${shell}`]],
    [
      "the same, with nothing else to boot",
      "a warning",
      [...begun, "BdsDxe: No bootable option or device was found."],
    ],
    [
      "a later option",
      "EFI_SUCCESS",
      [`BdsDxe: failed to load ${other}: Not Found`, ...begun, `BdsDxe: loading ${menu}`],
    ],
  ])("tell of %s", (_, status, lines) => {
    expect(statusOf("firmware", lines)).toBe(status);
    expect(statusOf("firmware", lines, 10_000)).toBe(status);
  });

  test.each<[what: string, lines: readonly string[]]>([
    ["an application that runs", begun],
    [
      "what could not be loaded",
      [`BdsDxe: failed to load ${disk}: Not Found`, `BdsDxe: loading ${shell}`],
    ],
    [
      "firmware without a disk",
      [
        `BdsDxe: loading ${shell}`,
        `BdsDxe: starting ${shell}`,
        "BdsDxe: No bootable option or device was found.",
      ],
    ],
    [
      "the firmware's shell that is left",
      [`BdsDxe: loading ${shell}`, `BdsDxe: starting ${shell}`, `BdsDxe: loading ${menu}`],
    ],
    ["another option", [...begun, `BdsDxe: failed to start ${other}: Not Found`]],
    ["a word about itself", [...begun, "BdsDxe: failed to start", "this is no BdsDxe: at all"]],
    ["the same option once more, after a reset", [...begun, ...begun]],
    ["a line that is not complete", [...begun.slice(0, 2), `BdsDxe: failed to start ${disk}`]],
    ["the words of a shell's script", [...begun, "bringup: the EFI application returned 0xE"]],
  ])("say nothing of %s", (_, lines) => {
    expect(statusOf("firmware", lines)).toBe("none");
  });

  test("count from any disk when nothing else of the guest's is started", () => {
    const failed = [...begun, `BdsDxe: failed to start ${disk}: Aborted`];
    const next = [`BdsDxe: loading ${other}`, `BdsDxe: starting ${other}`, "Welcome to GRUB!"];
    expect(statusOf("any disk", failed)).toBe("none");
    expect(statusOf("any disk", [...failed, ...next])).toBe("none");
    expect(statusOf("any disk", [...begun, ...next])).toBe("none");
    expect(statusOf("any disk", [...failed, `BdsDxe: loading ${shell}`])).toBe("EFI_ABORTED");
    expect(statusOf("any disk", [...failed, ...next, `BdsDxe: loading ${menu}`])).toBe(
      "EFI_SUCCESS",
    );
    const last = `BdsDxe: failed to load ${other}: Not Found`;
    const nothing = "BdsDxe: No bootable option or device was found.";
    expect(statusOf("any disk", [...failed, last, nothing])).toBe("EFI_ABORTED");
  });

  test("begin anew with a reset", () => {
    const search = new EfiReturnSearch("firmware");
    expect(search.take(`${begun.join("\n")}\n`)).toBeUndefined();
    search.reset();
    expect(search.take(`BdsDxe: loading ${menu}\n`)).toBeUndefined();
  });
});

test.each([
  ["EFI_SUCCESS", "0x0"],
  ["EFI_NOT_FOUND", "0xE"],
  ["EFI_NOT_FOUND", "0x800000000000000E"],
  ["0x63", "0x63"],
  ["none", "%lasterror%"],
  ["none", "0x"],
])("the shell's script tells of %s by %s", (status, words) => {
  const lines = [`BdsDxe: starting ${disk}`, `Hellobringup: the EFI application returned ${words}`];
  expect(statusOf("shell", lines)).toBe(status);
});

describe("an EFI application", () => {
  test("that returns an error fails at once what waits, and its test", async () => {
    const vm = await boot({ kernel: await buildApplication("x86_64", { returns: notFound }) });
    const waiting = errorOf(vm.serial.waitFor("never printed", slow), GuestError);
    await vm.serial.waitFor("Hello from an EFI application\n", slow);
    const firstLine = (await waiting).message.split("\n", 1)[0];
    expect(firstLine).toMatch(/^the EFI application returned EFI_NOT_FOUND to the firmware/);
    const because = expect.stringMatching(/^the firmware said "BdsDxe: failed to start Boot/);
    expect(vm.exit).toEqual({ kind: "efi-return", status: "EFI_NOT_FOUND", because });
    await expect(vm.verdict.checkAlive()).rejects.toThrow("EFI_NOT_FOUND");
    await vm.verdict.waitForEnd("to return", (exit) => exit.kind === "efi-return");
    await vm.verdict.checkAlive();
  });

  test("that returns a success, for Arm and from a disk, has ended in good order", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "EFI", "BOOT"), { recursive: true });
    const application = await buildApplication("aarch64", { returns: 0n });
    await copyFile(application, join(directory, "EFI", "BOOT", "BOOTAA64.EFI"));
    const vm = await boot({ directory });
    const isPowerOff = (exit: MachineExit) => exit.kind === "power-off";
    const waiting = vm.verdict.waitForEnd("to power off", isPowerOff, slow);
    const { message } = await errorOf(waiting, GuestError);
    expect(message).toMatch(/^the EFI application returned EFI_SUCCESS to the firmware\n/);
    expect(vm.exit).toMatchObject({ kind: "efi-return", status: "EFI_SUCCESS" });
    await vm.verdict.checkAlive();
  });

  test("that was given a command line returns to the shell", async () => {
    const kernel = await buildApplication("x86_64", { returns: unnamed });
    const vm = await boot({ kernel, commandLine: "a b" });
    await vm.serial.waitFor("Press ESC", slow);
    await vm.serial.write(" ");
    expect(await vm.exited).toMatchObject({ kind: "efi-return", status: "0x63" });
    expect(vm.serial.text).toMatch(/options \[.* a b\]\n/);
  });

  test("that switches the machine off has not returned", async () => {
    const vm = await boot({ kernel: await buildApplication("x86_64", "powers off") });
    expect(await vm.exited).toMatchObject({ kind: "power-off" });
  });
});
