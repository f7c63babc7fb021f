/** Disks, firmware, programs and arguments that cannot be right, for the table of bad input. */
import { HostError, LaunchError, SpecError } from "../../harness/evidence/index.ts";
import { hello, type Row } from "./bad-images.ts";

export const badMedia: readonly Row[] = [
  ["no such disk", () => ({ disks: ["/none.img"] }), SpecError, "disks[0]: /none.img cannot be"],
  ["a directory as disk", (d) => ({ disks: [d] }), SpecError, "it is not a regular file"],
  [
    "a bus that is not there",
    (d) => ({ machine: "q35", disks: [{ file: `${d}/disk.img`, bus: "ide" }] }),
    SpecError,
    'disks[0].bus: got "ide", which the machine q35 has not',
  ],
  [
    "a bus that nobody knows",
    (d) => ({ disks: [{ file: `${d}/disk.img`, bus: "mfm" }] }),
    SpecError,
    'disks[0].bus: got "mfm", takes one of',
  ],
  [
    "a full bus",
    (d) => ({ machine: "pc", disks: Array(5).fill({ file: `${d}/disk.img`, bus: "ide" }) }),
    SpecError,
    "disks[4].bus: ide has room for 4",
  ],
  [
    "read-only and persistent",
    (d) => ({ disks: [{ file: `${d}/disk.img`, readOnly: true, persist: true }] }),
    SpecError,
    "disks[0].persist: is true, and so is readOnly",
  ],
  [
    "read-only on IDE",
    (d) => ({ machine: "pc", disks: [{ file: `${d}/disk.img`, bus: "ide", readOnly: true }] }),
    SpecError,
    "no read-only disks on the bus ide",
  ],
  [
    "another format than it says",
    (d) => ({ disks: [{ file: `${d}/disk.img`, format: "qcow2" }] }),
    SpecError,
    'disks[0].format: got "qcow2", but',
  ],
  [
    "a format that nobody knows",
    (d) => ({ disks: [{ file: `${d}/disk.img`, format: "zip" }] }),
    LaunchError,
    "Unknown driver 'zip'",
  ],
  ["a disk without a file", () => ({ disks: [{ bus: "ide" }] }), SpecError, "disks[0].file: is"],
  ["no such CD", () => ({ cdrom: "/none.iso" }), SpecError, "cdrom: /none.iso does not exist"],
  [
    "two CDs",
    (d) => ({ kernel: `${d}/no-boot.iso`, cdrom: `${d}/no-boot.iso` }),
    SpecError,
    "without a boot entry",
  ],
  ["no such initrd", () => ({ kernel: hello, initrd: "/none" }), SpecError, "initrd: /none does"],
  [
    "a command line for a disk",
    (d) => ({ disks: [`${d}/disk.img`], commandLine: "quiet" }),
    SpecError,
    "commandLine: goes to a kernel that QEMU or a boot loader loads",
  ],
  [
    "a boot sector for UEFI",
    (d) => ({ kernel: `${d}/sector.img`, firmware: "uefi" }),
    SpecError,
    "sector.img is boot sector, which UEFI firmware does not start; leave firmware out",
  ],
  [
    "a CD that is a text",
    (d) => ({ cdrom: `${d}/notes.txt` }),
    SpecError,
    'notes.txt (text file starting "not a kernel") is no image that boots by BIOS; give',
  ],
  [
    "a CD that is a disk",
    (d) => ({ cdrom: `${d}/sector.img` }),
    SpecError,
    "sector.img (boot sector) is no image that boots by BIOS",
  ],
  [
    "a CD without a boot entry, and an empty disk",
    (d) => ({ cdrom: `${d}/no-boot.iso`, disks: [{ size: "1M" }] }),
    SpecError,
    "disks[0]: is empty, so that firmware has nothing to start; give a disk with a boot sector",
  ],
  [
    "a disk of nothing",
    (d) => ({ arch: "x86_64", disks: [`${d}/zeros.bin`] }),
    SpecError,
    "zeros.bin (2048 bytes of nothing but zeros) is no image that has a boot sector",
  ],
  [
    "a kernel as a disk",
    (d) => ({ machine: "q35", disks: [`${d}/bare.elf`] }),
    SpecError,
    "is no image that has a boot sector",
  ],
  [
    "no such symbols",
    () => ({ kernel: hello, symbols: "/none" }),
    SpecError,
    "symbols: /none does",
  ],
];

export const badRest: readonly Row[] = [
  ["no such firmware", () => ({ firmware: "/none.fd" }), SpecError, "firmware: /none.fd does not"],
  ["a word for firmware", () => ({ firmware: "efi" }), SpecError, 'the nearest word is "uefi"'],
  ["a PC without firmware", () => ({ kernel: hello, firmware: "none" }), SpecError, 'got "none"'],
  ["UEFI for MIPS", () => ({ arch: "mips", firmware: "uefi" }), HostError, "UEFI"],
  ["no such QEMU", () => ({ kernel: hello, qemu: "/none/qemu" }), HostError, "/none/qemu"],
  ["no QEMU", () => ({ kernel: hello, qemu: "/bin/true" }), HostError, "/bin/true is none"],
  [
    "two consoles",
    () => ({ kernel: hello, qemuArguments: ["-serial", "stdio"] }),
    SpecError,
    "qemuArguments[0]: -serial collides with the harness's own; serialPorts names",
  ],
  [
    "an option that nobody knows",
    () => ({ kernel: hello, qemuArguments: ["-warp", "9"] }),
    LaunchError,
    "-warp: invalid option",
  ],
  [
    "a device that nobody knows",
    () => ({ kernel: hello, machine: "pc", qemuArguments: ["-device", "flux-capacitor"] }),
    LaunchError,
    "'flux-capacitor' is not a valid device model name",
  ],
  [
    "a device that the board cannot have",
    () => ({ kernel: hello, machine: "microvm", qemuArguments: ["-device", "e1000"] }),
    LaunchError,
    'microvm has no PCI bus: take "q35" as the machine',
  ],
  [
    "a field that is none",
    () => ({ kernal: hello }),
    SpecError,
    "kernal: is no field of a machine; the nearest is kernel (",
  ],
  ["a number as kernel", () => ({ kernel: 5 }), SpecError, "kernel: got 5, takes"],
  ["no time", () => ({ kernel: hello, bootTimeoutMs: 0 }), SpecError, "bootTimeoutMs: got 0"],
  ["fatal nothing", () => ({ kernel: hello, failOn: [""] }), SpecError, "failOn: got"],
  ["a reset that is none", () => ({ kernel: hello, onReset: "x" }), SpecError, 'onReset: got "x"'],
  ["a clock that is none", () => ({ kernel: hello, clock: "sun" }), SpecError, 'clock: got "sun"'],
];
