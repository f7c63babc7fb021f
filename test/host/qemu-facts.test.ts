import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  findMachineType,
  hasOption,
  isSupported,
  parseAccelerators,
  parseCpuModels,
  parseDataDirectories,
  parseDevices,
  parseMachines,
  parseOptions,
  parseVersion,
  type QemuBinary,
} from "../../harness/host/qemu-facts.ts";

describe("the version", () => {
  test.each([
    ["QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright …", 7, 2, 22],
    ["QEMU emulator version 10.1.0", 10, 1, 0],
    ["QEMU emulator version 9.0.50 (v9.0.0-123-gabcdef)", 9, 0, 50],
  ])("of %o", (text, major, minor, micro) => {
    expect(parseVersion(text)).toMatchObject({ major, minor, micro });
  });

  test("keeps the distribution's suffix", () => {
    expect(parseVersion("QEMU emulator version 8.2.0 (qemu-kvm-8.2.0-11.el9)\n")?.text).toBe(
      "8.2.0 (qemu-kvm-8.2.0-11.el9)",
    );
  });

  test.each(["", "cat (GNU coreutils) 9.1", "qemu-img version 7.2.22", "GNU bash, version 5"])(
    "of %o is none",
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );

  test.each([
    [6, 9, false],
    [7, 1, false],
    [7, 2, true],
    [8, 0, true],
    [10, 0, true],
  ])("%i.%i is supported: %s", (major, minor, expected) => {
    expect(isSupported({ major, minor, micro: 0, text: "" })).toBe(expected);
  });
});

test("machine types carry their aliases, default and deprecation", () => {
  const text = `Supported machines are:
microvm              microvm (i386)
pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-9.0)
pc-i440fx-9.0        Standard PC (i440FX + PIIX, 1996) (default)
pc-i440fx-2.4        Standard PC (i440FX + PIIX, 1996) (deprecated)
a-name-that-is-longer-than-the-column ARM thing
`;
  const machines = parseMachines(text);
  expect(machines).toEqual([
    {
      name: "microvm",
      description: "microvm (i386)",
      default: false,
      deprecated: false,
      aliases: [],
    },
    {
      name: "pc-i440fx-9.0",
      description: "Standard PC (i440FX + PIIX, 1996)",
      default: true,
      deprecated: false,
      aliases: ["pc"],
    },
    {
      name: "pc-i440fx-2.4",
      description: "Standard PC (i440FX + PIIX, 1996)",
      default: false,
      deprecated: true,
      aliases: [],
    },
    {
      name: "a-name-that-is-longer-than-the-column",
      description: "ARM thing",
      default: false,
      deprecated: false,
      aliases: [],
    },
  ]);
  const qemu = { machines } as unknown as QemuBinary;
  expect(findMachineType(qemu, "pc")?.name).toBe("pc-i440fx-9.0");
  expect(findMachineType(qemu, "pc-i440fx-9.0")?.aliases).toEqual(["pc"]);
  expect(findMachineType(qemu, "q35")).toBeUndefined();
});

test("accelerators are named without heading and without qtest", () => {
  const text = "Accelerators supported in QEMU binary:\nqtest\ntcg\nkvm\n";
  expect(parseAccelerators(text)).toEqual(["tcg", "kvm"]);
});

test("data directories are absolute", () => {
  expect(parseDataDirectories("/usr/share/qemu\nwarning: x\n/usr/share/seabios\n")).toEqual([
    "/usr/share/qemu",
    "/usr/share/seabios",
  ]);
});

test("devices have a bus, aliases and a description where QEMU prints them", () => {
  const text = `Network devices:
name "virtio-net-pci", bus PCI, alias "virtio-net"
name "e1000", bus PCI, alias "e1000-82540em", desc "Intel Gigabit Ethernet"

Misc devices:
name "guest-loader", desc "Guest Loader"
`;
  expect(parseDevices(text)).toEqual([
    { name: "virtio-net-pci", bus: "PCI", description: "", aliases: ["virtio-net"] },
    {
      name: "e1000",
      bus: "PCI",
      description: "Intel Gigabit Ethernet",
      aliases: ["e1000-82540em"],
    },
    { name: "guest-loader", bus: null, description: "Guest Loader", aliases: [] },
  ]);
});

test("CPU models are type names without family", () => {
  const answer = ["qemu64-x86_64-cpu", "Nehalem-v1-x86_64-cpu", "x"].map((name) => ({ name }));
  expect(parseCpuModels(answer)).toEqual(["Nehalem-v1", "qemu64"]);
});

test("options are looked up by name and parameter", () => {
  const options = parseOptions([
    { option: "action", parameters: [{ name: "panic" }, { name: "reboot" }] },
    { option: "sandbox", parameters: [] },
  ]);
  const qemu = { options } as unknown as QemuBinary;
  expect(hasOption(qemu, "action")).toBe(true);
  expect(hasOption(qemu, "action", "panic")).toBe(true);
  expect(hasOption(qemu, "action", "watchdog")).toBe(false);
  expect(hasOption(qemu, "run-with")).toBe(false);
  expect(hasOption(qemu, "constructor")).toBe(false);
});

describe("whatever a program prints", () => {
  test("no parser of text throws or invents names with blanks", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        parseVersion(text);
        parseDevices(text);
        const names = [
          ...parseMachines(`heading\n${text}`).map(({ name }) => name),
          ...parseAccelerators(`heading\n${text}`),
        ];
        expect(names.every((name) => /^\S+$/.test(name))).toBe(true);
        expect(parseDataDirectories(text).every((path) => path.startsWith("/"))).toBe(true);
      }),
    );
  });

  test("no parser of answers throws", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        expect(parseCpuModels(answer)).toBeInstanceOf(Array);
        expect(parseOptions(answer)).toBeInstanceOf(Object);
        expect(parseOptions([answer])).toBeInstanceOf(Object);
      }),
    );
  });

  test("a machine list that was printed is read back", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,30}$/);
    const type = fc.record({ name, description: fc.stringMatching(/^[A-Za-z][A-Za-z0-9]*$/) });
    fc.assert(
      fc.property(fc.uniqueArray(type, { selector: (one) => one.name }), (types) => {
        const lines = types.map((one) => `${one.name.padEnd(20)} ${one.description}`);
        const read = parseMachines(["Supported machines are:", ...lines, ""].join("\n"));
        expect(read.map((one) => ({ name: one.name, description: one.description }))).toEqual(
          types,
        );
      }),
    );
  });
});
