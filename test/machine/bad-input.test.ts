/** Specs and files that cannot be right: each has its typed error, and nothing is left behind. */
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BringupError,
  HostError,
  LaunchError,
  SpecError,
} from "../../harness/evidence/index.ts";
import type { MachineSpec } from "../../harness/machine/index.ts";
import { createPrivateDirectory } from "../../harness/process/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { elfSamples, samples } from "./image-samples.ts";
import { boot, errorOf, processesWith, temporaryDirectory, useKernels } from "./machines.ts";

useKernels("hello");

type ErrorClass = abstract new (...given: never[]) => BringupError;
/** A spec, with files that are there in its directory. */
type Spec = (directory: string) => unknown;
type Row = readonly [name: string, spec: Spec, kind: ErrorClass, message: string];

const hello = kernelPath("hello");
const [truncated, relocatable] = [elfSamples.pvh.subarray(0, 100), elfSamples.object];

const files: Readonly<Record<string, Buffer | string>> = {
  "empty.elf": "",
  "notes.txt": "not a kernel\n",
  "zeros.bin": samples.zeros,
  "data.bin": samples.data,
  "truncated.elf": truncated,
  "kernel.o": relocatable,
  "library.so": elfSamples.library,
  "program.elf": elfSamples.linuxStatic,
  "bare.elf": elfSamples.bare,
  "limine.elf": elfSamples.limine,
  "strange.elf": elfSamples.strange,
  "windows.exe": samples.windows,
  "kernel.gz": samples.gzip,
  uImage: samples.uimage,
  "board.dtb": samples.deviceTree,
  "disk.img": samples.disk,
  "no-boot.iso": samples.isoWithoutBoot,
  "disk.qcow2": Buffer.concat([Buffer.from("QFI\xfb", "latin1"), Buffer.alloc(600)]),
};

const kernels: readonly Row[] = [
  ["nothing at all", () => ({}), SpecError, "kernel: is missing: give an image, or firmware"],
  ["no such file", (d) => ({ kernel: `${d}/none.elf` }), SpecError, "none.elf does not exist"],
  ["a directory", (d) => ({ kernel: d }), SpecError, "is a directory"],
  ["an empty file", (d) => ({ kernel: `${d}/empty.elf` }), SpecError, "empty.elf is empty; did"],
  ["a text", (d) => ({ kernel: `${d}/notes.txt` }), SpecError, "no boot image but a text file"],
  ["zeros", (d) => ({ kernel: `${d}/zeros.bin` }), SpecError, "2048 bytes of nothing but zeros"],
  ["data", (d) => ({ kernel: `${d}/data.bin` }), SpecError, "of a format that is not known"],
  ["half an ELF", (d) => ({ kernel: `${d}/truncated.elf` }), SpecError, "is a broken ELF file"],
  ["an object", (d) => ({ kernel: `${d}/kernel.o` }), SpecError, "is an object file, not a kernel"],
  ["a library", (d) => ({ kernel: `${d}/library.so` }), SpecError, "is a shared library"],
  ["a program", (d) => ({ kernel: `${d}/program.elf` }), SpecError, "is a program for Linux"],
  ["no protocol", (d) => ({ kernel: `${d}/bare.elf` }), SpecError, "without a boot protocol"],
  ["an unknown CPU", (d) => ({ kernel: `${d}/strange.elf` }), SpecError, "has no emulator"],
  ["for Windows", (d) => ({ kernel: `${d}/windows.exe` }), SpecError, "is a Windows program"],
  ["compressed", (d) => ({ kernel: `${d}/kernel.gz` }), SpecError, "is gzip-compressed; unpack"],
  ["a uImage", (d) => ({ kernel: `${d}/uImage` }), SpecError, "is a U-Boot uImage"],
  ["a device tree", (d) => ({ kernel: `${d}/board.dtb` }), SpecError, "is a device tree blob"],
  ["a qcow2 disk", (d) => ({ kernel: `${d}/disk.qcow2` }), SpecError, "is a qcow2 disk image"],
  ["an ISO without boot", (d) => ({ kernel: `${d}/no-boot.iso` }), SpecError, "without a boot"],
  [
    "another architecture",
    () => ({ kernel: hello, arch: "aarch64" }),
    SpecError,
    "arch: aarch64 was asked for, but",
  ],
];

const boards: readonly Row[] = [
  [
    "no such machine",
    () => ({ kernel: hello, machine: "pc9000" }),
    SpecError,
    "machine: pc9000 is",
  ],
  [
    "another's machine",
    () => ({ kernel: hello, machine: "virt" }),
    SpecError,
    "no machine type of",
  ],
  ["no such CPU", () => ({ kernel: hello, cpu: "z80" }), LaunchError, "unable to find CPU model"],
  ["no CPU", () => ({ kernel: hello, cpus: 0 }), SpecError, "cpus: got 0, takes a whole number"],
  [
    "too many CPUs",
    () => ({ kernel: hello, machine: "pc", cpus: 1000 }),
    LaunchError,
    "The max CPUs supported by machine",
  ],
  ["no memory", () => ({ kernel: hello, memory: 0 }), SpecError, "memory: got 0, takes"],
  ["words for memory", () => ({ kernel: hello, memory: "lots" }), SpecError, 'memory: got "lots"'],
  [
    "more memory than there is",
    () => ({ kernel: hello, memory: "900000G" }),
    SpecError,
    "memory: got 900000G, but this computer has",
  ],
  [
    "more memory than the board takes",
    () => ({ arch: "arm", machine: "mps2-an385", memory: "64M" }),
    LaunchError,
    "Invalid RAM size, should be 16 MiB",
  ],
  [
    "two names alike",
    () => ({ kernel: hello, serialPorts: ["a", "A"] }),
    SpecError,
    "serialPorts: got",
  ],
  [
    "more ports than there are",
    () => ({ kernel: hello, machine: "microvm", serialPorts: ["a", "b"] }),
    SpecError,
    "names 2 serial ports, but microvm of x86_64 has 1",
  ],
  [
    "a debug console without ports",
    () => ({ arch: "aarch64", debugConsole: true }),
    SpecError,
    "debugConsole: is not possible on virt of aarch64",
  ],
  [
    "a display without a bus",
    () => ({ kernel: hello, machine: "isapc", display: "virtio" }),
    SpecError,
    'display: got "virtio", but isapc of x86_64 has no PCI bus',
  ],
  [
    "an exit device that fits nowhere",
    () => ({ arch: "s390x", exitDevice: true }),
    SpecError,
    "exitDevice: no exit device fits",
  ],
  [
    "a device tree for a PC",
    (d) => ({ kernel: hello, deviceTree: `${d}/board.dtb` }),
    SpecError,
    "deviceTree: is not possible: microvm of x86_64 gives its kernel none",
  ],
  [
    "an address for an ELF",
    () => ({ kernel: hello, loadAddress: 4096 }),
    SpecError,
    "loadAddress: is for flat binaries",
  ],
  [
    "no architecture for bytes",
    (d) => ({ kernel: `${d}/data.bin`, loadAddress: 4096 }),
    SpecError,
    "arch: is missing",
  ],
  [
    "a clock that KVM has not",
    () => ({ kernel: hello, clock: "virtual", accelerator: "kvm" }),
    SpecError,
    'clock: got "virtual", which only TCG has',
  ],
  [
    "an accelerator of another system",
    () => ({ kernel: hello, accelerator: process.platform === "darwin" ? "kvm" : "hvf" }),
    HostError,
    "",
  ],
];

const media: readonly Row[] = [
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
    LaunchError,
    "Image is not in qcow2 format",
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
    "commandLine: goes to a kernel that QEMU itself loads",
  ],
  [
    "no such symbols",
    () => ({ kernel: hello, symbols: "/none" }),
    SpecError,
    "symbols: /none does",
  ],
];

const rest: readonly Row[] = [
  ["no such firmware", () => ({ firmware: "/none.fd" }), SpecError, "firmware: /none.fd does not"],
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
    () => ({ kernel: hello, qemuArguments: ["-device", "e1000"] }),
    LaunchError,
    'microvm has no PCI bus: take "q35" as the machine',
  ],
  [
    "a field that is none",
    () => ({ kernal: hello }),
    SpecError,
    "kernal: is no field of a machine",
  ],
  ["a number as kernel", () => ({ kernel: 5 }), SpecError, "kernel: got 5, takes"],
  ["no time", () => ({ kernel: hello, bootTimeoutMs: 0 }), SpecError, "bootTimeoutMs: got 0"],
  ["fatal nothing", () => ({ kernel: hello, failOn: [""] }), SpecError, "failOn: got"],
  ["a reset that is none", () => ({ kernel: hello, onReset: "x" }), SpecError, 'onReset: got "x"'],
  ["a clock that is none", () => ({ kernel: hello, clock: "sun" }), SpecError, 'clock: got "sun"'],
];

const all = { kernels, boards, media, rest };

let sessionDirectory = "";
const evidence = new Set<string>();

beforeAll(async () => {
  const directory = await createPrivateDirectory("beside");
  sessionDirectory = dirname(directory.path);
  await directory.remove();
});

afterAll(() => {
  const left = readdirSync(sessionDirectory).filter((name) => name.startsWith("machine-"));
  expect(left).toEqual([]);
  for (const directory of evidence) expect(processesWith(directory)).toEqual([]);
});

describe.each(Object.entries(all))("%s", (_, rows) => {
  test.for(rows)("%s", async ([, makeSpec, kind, message]) => {
    const directory = temporaryDirectory();
    evidence.add(directory);
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
    }
    const spec = makeSpec(directory) as MachineSpec;
    const error = await errorOf(boot(spec), kind as never as new () => BringupError);
    expect(error.message.split("\n  machine:", 1)[0]).toContain(message);
    expect(error.name).toBe((kind as { readonly name: string }).name);
  });
});

test("there are at least forty", () => {
  expect(Object.values(all).flat().length).toBeGreaterThanOrEqual(40);
});

test("a disk that another machine writes to", async () => {
  const file = join(temporaryDirectory(), "disk.img");
  writeFileSync(file, samples.disk);
  const disks = [{ file, persist: true }];
  await boot({ disks });
  const error = await errorOf(boot({ disks }), LaunchError);
  expect(error.message).toMatch(/^QEMU did not start: .*Failed to get "write" lock/);
});
