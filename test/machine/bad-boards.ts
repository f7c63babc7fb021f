/** What boards cannot have, for the table of bad input. */
import { HostError, LaunchError, SpecError } from "../../harness/evidence/index.ts";
import { hello, type Row } from "./bad-images.ts";

export const badBoards: readonly Row[] = [
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
  [
    "a CPU that is written otherwise",
    () => ({ kernel: hello, cpu: "pentium9" }),
    LaunchError,
    "unable to find CPU model 'pentium9'; the nearest is \"pentium",
  ],
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
    "deviceTree: is not possible: pc of x86_64 gives its kernel none",
  ],
  [
    "an address for an ELF",
    () => ({ kernel: hello, loadAddress: 4096 }),
    SpecError,
    "loadAddress: is for flat binaries",
  ],
  [
    "an address for nothing",
    () => ({ arch: "aarch64", loadAddress: 4096 }),
    SpecError,
    "loadAddress: is for a kernel, but there is none",
  ],
  [
    "no architecture for bytes",
    (d) => ({ kernel: `${d}/data.bin`, loadAddress: 4096 }),
    SpecError,
    "arch: is missing",
  ],
  [
    "an address without memory",
    (d) => ({ kernel: `${d}/data.bin`, arch: "aarch64", loadAddress: 0x9000000 }),
    SpecError,
    "where virt of aarch64 has no memory; its RAM is at 0x40000000",
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
