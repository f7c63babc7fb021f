/** Whole command lines, in expected/command-lines.txt, and what they are made of. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import {
  commandLine,
  type MachinePlan,
  reproductionCommandLine,
} from "../../harness/machine/command-line.ts";
import type { PlannedDisk } from "../../harness/machine/disks.ts";
import type { DiskBus, MachineSpec } from "../../harness/machine/spec.ts";
import { shellCommand } from "../../harness/process/index.ts";
import { type ImageName, planFor } from "./planned.ts";

const paths = { directory: "/tmp/private", cpuLog: "/evidence/cpu.log" };
const disk = (file: string, bus: DiskBus, rest: Partial<PlannedDisk> = {}): PlannedDisk => ({
  file,
  bus,
  format: "raw",
  readOnly: false,
  persist: false,
  ...rest,
});
const media = (disks: readonly PlannedDisk[], cdrom?: string, cdromFirst = false) => ({
  media: { disks, cdrom, cdromFirst },
});
const kernel = "/kernels/kernel.elf";
const qboot = { firmware: { kind: "bios", file: "/usr/share/qemu/qboot.rom" } } as const;
const flash = {
  firmware: {
    kind: "flash",
    code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
    codeFormat: "raw",
    variables: "/usr/share/OVMF/OVMF_VARS_4M.fd",
    variablesFormat: "raw",
  },
} as const;

const cases: readonly (readonly [
  name: string,
  image: ImageName | undefined,
  spec: MachineSpec,
  rest: Partial<MachinePlan>,
])[] = [
  ["a PVH kernel", "pvh", {}, { kernel }],
  ["a PVH kernel under KVM", "pvh", {}, { kernel, accelerator: "kvm" }],
  ["a PVH kernel on microvm", "pvh", { machine: "microvm" }, { kernel, ...qboot }],
  ["a Multiboot kernel", "multiboot", {}, { kernel }],
  ["a Multiboot kernel on qemu-system-i386", "multiboot", { arch: "i386" }, { kernel }],
  [
    "a Linux kernel with everything",
    "bzimage",
    { commandLine: "console=ttyS0 panic=-1", initrd: "/kernels/initrd.gz", memory: "1G", cpus: 4 },
    { kernel: "/kernels/bzImage" },
  ],
  ["a boot sector", "boot-sector", {}, media([disk("/kernels/boot.img", "ide")])],
  ["a floppy", "boot-sector", {}, media([disk("/kernels/floppy.img", "floppy")])],
  ["an ISO image", "iso-bios", {}, media([], "/kernels/system.iso", true)],
  [
    "an ISO image that installs to a disk",
    "iso-bios",
    {},
    media([disk("/disks/target.qcow2", "ide", { format: "qcow2" })], "/kernels/system.iso", true),
  ],
  [
    "an EFI application",
    "efi-x86_64",
    {},
    { ...flash, ...media([disk("/evidence/esp.img", "ahci")]) },
  ],
  ["an EFI application for Arm", "efi-aarch64", {}, media([disk("/evidence/esp.img", "virtio")])],
  ["an ELF kernel for Arm", "entry-aarch64", {}, { kernel }],
  ["an ELF kernel for RISC-V", "entry-riscv64", { cpus: 2 }, { kernel }],
  [
    "an ELF kernel for RISC-V without firmware",
    "entry-riscv64",
    { firmware: "none" },
    { kernel, firmware: { kind: "bios", file: "none" } },
  ],
  [
    "a disk on every bus, and a CD",
    undefined,
    { firmware: "bios", arch: "x86_64" },
    media(
      [
        disk("/disks/a.img", "ide"),
        disk("/disks/b.img", "ide", { persist: true }),
        disk("/disks/c.img", "ahci"),
        disk("/disks/d.img", "virtio", { readOnly: true }),
        disk("/disks/e.qcow2", "scsi", { format: "qcow2" }),
        disk("/disks/f.img", "nvme"),
        disk("/disks/g.img", "usb"),
        disk("/disks/h.img", "sd"),
        disk("/disks/i.img", "floppy"),
      ],
      "/disks/j.iso",
    ),
  ],
  [
    "disks and a CD on q35",
    undefined,
    { firmware: "bios", machine: "q35" },
    media([disk("/disks/a.img", "ahci"), disk("/disks/b.img", "ahci")], "/disks/c.iso"),
  ],
  [
    "a disk and a CD for Arm",
    "entry-aarch64",
    {},
    { kernel, ...media([disk("/disks/a.img", "scsi")], "/disks/b.iso") },
  ],
  [
    "a disk on microvm",
    "pvh",
    { machine: "microvm" },
    { kernel, ...qboot, ...media([disk("/disks/a.img", "virtio")]) },
  ],
  [
    "ports, and resets that go on",
    "multiboot",
    { serialPorts: ["console", "log"], debugConsole: true, onReset: "continue" },
    { kernel },
  ],
  ["a virtual clock", "pvh", { clock: "virtual" }, { kernel }],
  ["a debugger", "pvh", { debug: true }, { kernel }],
  [
    "an exit device at a port of the user's own",
    "multiboot",
    { exitDevice: { port: 0x501 } },
    { kernel },
  ],
  ["semihosting, with its console", "entry-aarch64", { exitDevice: true }, { kernel }],
  ["a QEMU without its sandbox", "pvh", { exitDevice: false }, { kernel, sandbox: false }],
  [
    "arguments of the user",
    "multiboot",
    { qemuArguments: ["-device", "edu", "-d", "int,guest_errors"], memory: 33554432 },
    { kernel },
  ],
  [
    "commas and spaces in names",
    "boot-sector",
    {},
    media([disk("/disks/a, b.img", "ide")], "/disks/it's.iso"),
  ],
];

/** One option a line. */
function readable(program: string, words: readonly string[]): string {
  const lines = [program];
  for (const word of words) {
    const isOption = /^-[A-Za-z]/.test(word);
    if (isOption) lines.push(`  ${shellCommand([word])}`);
    else lines[lines.length - 1] += ` ${shellCommand([word])}`;
  }
  return lines.join("\n");
}

test("the command lines of machines", async () => {
  const texts = cases.map(([name, image, spec, rest]) => {
    const plan = planFor(spec, image, rest);
    const ours = readable(plan.qemu, commandLine(plan, paths));
    const again = shellCommand([plan.qemu, ...reproductionCommandLine(plan, true)]);
    return `## ${name}\n\n${ours}\n\nSeen again by:\n\n${again}\n`;
  });
  await expect(texts.join("\n")).toMatchFileSnapshot("expected/command-lines.txt");
});

describe("disks that have no place", () => {
  test.each<[string, readonly DiskBus[], string]>([
    ["q35", ["ide"], 'disks[0].bus: got "ide", which the machine q35 has not: ahci, virtio'],
    ["microvm", ["virtio", "nvme"], 'disks[1].bus: got "nvme", which the machine microvm has not'],
    [
      "isapc",
      ["virtio"],
      'disks[0].bus: got "virtio", which the machine isapc has not: ide, floppy',
    ],
    ["pc", ["ide", "ide", "ide", "ide", "ide"], "disks[4].bus: ide has room for 4"],
    ["pc", ["floppy", "floppy", "floppy"], "disks[2].bus: floppy has room for 2"],
    ["pc", ["sd", "sd"], "disks[1].bus: sd has room for 1"],
  ])("%s with %j", (machine, buses, message) => {
    const disks = buses.map((bus) => disk("/a.img", bus));
    const plan = planFor({ machine, arch: "x86_64" }, undefined, media(disks));
    expect(() => commandLine(plan, paths)).toThrow(SpecError);
    expect(() => commandLine(plan, paths)).toThrow(message);
  });

  test("a CD where disks have all places", () => {
    const disks = Array.from({ length: 4 }, () => disk("/a.img", "ide"));
    const plan = planFor({ machine: "pc", arch: "x86_64" }, undefined, media(disks, "/b.iso"));
    expect(() => commandLine(plan, paths)).toThrow("cdrom: has no place left");
  });
});

test("a machine with a display is seen again in a window, where one can be opened", () => {
  const noWindow = ["-display", "none"];
  const shown = planFor({}, "multiboot", { kernel });
  expect(reproductionCommandLine(shown, true)).not.toEqual(expect.arrayContaining(noWindow));
  expect(reproductionCommandLine(shown, false)).toEqual(expect.arrayContaining(noWindow));
  const dark = planFor({ display: "none" }, "multiboot", { kernel });
  expect(reproductionCommandLine(dark, true)).toEqual(expect.arrayContaining(noWindow));
});
