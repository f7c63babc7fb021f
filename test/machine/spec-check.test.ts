/** Which specs are taken, and what is said of the others. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { checkSpec, memoryBytes } from "../../harness/machine/spec-check.ts";

function errorOf(spec: unknown): SpecError {
  try {
    checkSpec(spec);
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw error;
  }
  throw new Error(`was taken: ${String(spec)}`);
}

const circular: Record<string, unknown> = {};
circular.self = circular;

describe("refused", () => {
  test.each<[field: string, spec: unknown, got: string, takes: string]>([
    ["spec", undefined, "undefined", "an object such as"],
    ["spec", "kernel.elf", '"kernel.elf"', "an object such as"],
    ["spec", [], "[]", "an object such as"],
    ["spec", null, "null", "an object such as"],
    ["kernel", { kernel: "" }, '""', "a non-empty string"],
    ["kernel", { kernel: "a\0b" }, '"a\\u0000b"', "a non-empty string"],
    ["kernel", { kernel: null }, "null", "a non-empty string"],
    ["initrd", { initrd: 7 }, "7", "a non-empty string"],
    ["commandLine", { commandLine: ["a"] }, '["a"]', "a string without NUL"],
    ["commandLine", { commandLine: "a\0" }, '"a\\u0000"', "a string without NUL"],
    ["modules", { modules: "a.txt" }, '"a.txt"', "an array of paths or { file, commandLine? }"],
    ["modules", { modules: [{ file: "a", commandLine: 1 }] }, '"commandLine":1', "an array of"],
    ["modules", { modules: [{ file: "a", name: "b" }] }, '"name":"b"', "an array of paths or"],
    ["bootLoader", { bootLoader: "limine" }, '"limine"', '"grub" or { limine: "a directory" }'],
    ["bootLoader", { bootLoader: { limine: "l", grub: 1 } }, '"grub":1', '"grub" or { limine'],
    ["directory", { directory: [] }, "[]", "a non-empty string"],
    ["symbols", { symbols: {} }, "{}", "a non-empty string"],
    ["firmware", { firmware: "" }, '""', '"bios", "uefi", "none", a path, or { code'],
    ["firmware", { firmware: { variables: "v" } }, '{"variables":"v"}', "{ code, variables? }"],
    ["firmware", { firmware: { code: "c", vars: "v" } }, '{"code":"c","vars":"v"}', "{ code"],
    ["disks", { disks: "a.img" }, '"a.img"', "an array of paths or disks"],
    ["disks[1]", { disks: ["a.img", 5] }, "5", "a path or { file, bus?, … }"],
    ["disks[0]", { disks: [""] }, '""', "a path or { file, bus?, … }"],
    [
      "disks[0].bus",
      { disks: [{ file: "a", bus: "sata" }] },
      '"sata"',
      '"virtio", "virtio-mmio", "ide", "ahci"',
    ],
    ["disks[0].readOnly", { disks: [{ file: "a", readOnly: 1 }] }, "1", "true or false"],
    ["disks[0].persist", { disks: [{ file: "a", persist: "no" }] }, '"no"', "true or false"],
    ["disks[0].format", { disks: [{ file: "a", format: "" }] }, '""', "a non-empty string"],
    ["cdrom", { cdrom: true }, "true", "a non-empty string"],
    ["arch", { arch: 64 }, "64", "a non-empty string"],
    ["machine", { machine: [] }, "[]", "a non-empty string"],
    ["cpu", { cpu: "" }, '""', "a non-empty string"],
    ["cpus", { cpus: 0 }, "0", "a whole number from 1 to 1024"],
    ["cpus", { cpus: 1.5 }, "1.5", "a whole number from 1 to 1024"],
    ["cpus", { cpus: "2" }, '"2"', "a whole number from 1 to 1024"],
    ["cpus", { cpus: 2n }, "2n", "a whole number from 1 to 1024"],
    ["memory", { memory: "128 MB" }, '"128 MB"', 'a size such as "128M" or "1G"'],
    ["memory", { memory: 128 }, "128", "a number of bytes of at least 1 MiB"],
    ["memory", { memory: "1023K" }, '"1023K"', "at least 1 MiB"],
    ["memory", { memory: Number.NaN }, '"NaN"', "a size such as"],
    ["accelerator", { accelerator: "KVM" }, '"KVM"', '"auto", "kvm", "tcg", "hvf"'],
    ["clock", { clock: "guest" }, '"guest"', '"host", "virtual"'],
    [
      "serialPorts[1].encoding",
      { serialPorts: ["a", { name: "b", encoding: "sjs" }] },
      "'sjs'",
      "sjis",
    ],
    ["serialPorts", { serialPorts: [{ encoding: "sjis" }] }, '[{"encoding"', "{ name, encoding }"],
    ["serialPorts", { serialPorts: ["a", { name: "A" }] }, '["a",{"name"', "different names"],
    ["debugConsole.encoding", { debugConsole: { encoding: "utf9" } }, "'utf9'", "utf-8"],
    ["debugConsole", { debugConsole: { port: 1 } }, '{"port":1}', "{ encoding }"],
    [
      "exitDevice.encoding",
      { exitDevice: { device: "semihosting", encoding: "cp437" } },
      "'cp437'",
      "TextDecoder",
    ],
    ["exitDevice", { exitDevice: { device: "semihosting" } }, '{"device"', "encoding }"],
    [
      "devices[0].encoding",
      { devices: [{ model: "usb-serial", port: "u", encoding: "latin" }] },
      "'latin'",
      "TextDecoder",
    ],
    ["serialPorts", { serialPorts: [] }, "[]", "one to four different names"],
    ["serialPorts", { serialPorts: ["a", "A"] }, '["a","A"]', "one to four different names"],
    ["serialPorts", { serialPorts: ["../x"] }, '["../x"]', "one to four different names"],
    ["serialPorts", { serialPorts: ["QMP"] }, '["QMP"]', "but not qmp, cpu, stderr"],
    ["serialPorts", { serialPorts: [..."abcde"] }, '["a","b"', "one to four different names"],
    ["debugConsole", { debugConsole: "yes" }, '"yes"', "true, false or { encoding }"],
    ["exitDevice", { exitDevice: 0xf4 }, "244", 'true, false, "semihosting", { port }'],
    ["exitDevice", { exitDevice: { port: 0xfffd } }, '{"port":65533}', "a port up to 0xfffc"],
    ["exitDevice", { exitDevice: { port: 1, size: 4 } }, '{"port":1', "{ port }"],
    ["exitOutcomes", { exitOutcomes: "kvm" }, '"kvm"', '"kvm-unit-tests", or { pass?'],
    ["exitOutcomes", { exitOutcomes: {} }, "{}", "at least one of them"],
    [
      "exitOutcomes",
      { exitOutcomes: { passed: [0] } },
      '{"passed":[0]}',
      "{ pass?, fail?, skip? }",
    ],
    ["exitOutcomes", { exitOutcomes: { pass: 0 } }, '{"pass":0}', "with lists"],
    ["exitOutcomes", { exitOutcomes: { pass: [256] } }, '{"pass":[256]}', "from 0 to 255"],
    [
      "exitOutcomes",
      { exitOutcomes: { pass: [1], fail: [1] } },
      '"fail":[1]',
      "lists of different",
    ],
    ["onReset", { onReset: "reboot" }, '"reboot"', '"stop", "continue"'],
    ["bootTimeoutMs", { bootTimeoutMs: 0 }, "0", "a whole number from 1 to 86400000"],
    ["qemu", { qemu: "" }, '""', "a non-empty string"],
    ["qemuArguments", { qemuArguments: "-s" }, '"-s"', "an array of non-empty strings"],
    ["qemuArguments", { qemuArguments: [1] }, "[1]", "an array of non-empty strings"],
    ["debug", { debug: 1 }, "1", "true or false"],
    ["cpu", { cpu: () => {} }, "a function", "a non-empty string"],
    ["cpu", { cpu: Symbol("x") }, "Symbol(x)", "a non-empty string"],
    ["cpu", { cpu: circular }, "[circular]", "a non-empty string"],
  ])("%s of %o", (field, spec, got, takes) => {
    const error = errorOf(spec);
    expect(error.field).toBe(field);
    const [first = ""] = error.message.split("\n");
    expect(first.startsWith(`${field}: got `)).toBe(true);
    expect(first).toContain(got);
    expect(first).toContain(takes);
  });

  test("an unknown field is answered with those that there are", () => {
    expect(errorOf({ kernal: "a.elf" }).message).toMatch(
      /^kernal: is no field of a machine; the nearest is kernel \(the fields are kernel, initrd, /,
    );
    expect(errorOf({ toString: "x" }).field).toBe("toString");
    expect(errorOf({ disks: [{ file: "a", buss: "ide" }] }).message).toMatch(
      /^disks\[0\]\.buss: is no field of a disk; the nearest is bus \(the fields are file, bus, /,
    );
  });

  test("a disk needs its file", () => {
    expect(errorOf({ disks: [{ bus: "ide" }] }).message).toBe(
      "disks[0].file: is missing: give the image, or size for an empty disk",
    );
  });

  test("what was got is cut where it is long", () => {
    expect(errorOf({ cpus: "9".repeat(500) }).message.length).toBeLessThan(200);
  });
});

test("taken, without what is undefined", () => {
  const spec = {
    kernel: "kernel.elf",
    commandLine: "",
    firmware: { code: "code.fd", variables: undefined },
    disks: ["a.img", { file: "b.img", bus: "sd", readOnly: undefined }],
    memory: 1024 ** 2,
    cpus: 1024,
    serialPorts: ["console", "log_2", "trace-3", "d"],
    accelerator: undefined,
  };
  const { accelerator: _, ...given } = spec;
  expect(checkSpec(spec)).toEqual(given);
  expect(Object.keys(checkSpec(spec))).not.toContain("accelerator");
});

test("memory is in MiB where nothing else is said, as in QEMU", () => {
  expect(["1", "128M", "1g", "1024K", 1048577].map(memoryBytes)).toEqual([
    1024 ** 2,
    128 * 1024 ** 2,
    1024 ** 3,
    1024 ** 2,
    1048577,
  ]);
});
