import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { firmwareDirectories } from "../../harness/host/firmware.ts";
import { matchesGlob, parseDescriptor } from "../../harness/host/firmware-descriptor.ts";
import { findFirmware, findQemu, findRom, type QemuBinary } from "../../harness/host/index.ts";
import { privateEnvironment, temporaryDirectory, writeTree } from "./temporary.ts";

/** A QEMU of which only the machine types matter. */
const qemu = {
  machines: [
    { name: "pc-q35-9.0", description: "", default: false, deprecated: false, aliases: ["q35"] },
    { name: "microvm", description: "", default: false, deprecated: false, aliases: [] },
  ],
  dataDirectories: [],
} as unknown as QemuBinary;

interface Descriptor {
  readonly code: string;
  readonly features?: readonly string[];
  readonly mapping?: unknown;
  readonly interfaces?: readonly string[];
  readonly arch?: string;
}

function descriptor({ code, features = [], mapping, interfaces = ["uefi"], arch }: Descriptor) {
  const file = (filename: string) => ({ filename, format: "raw" });
  return JSON.stringify({
    description: `firmware ${code}`,
    "interface-types": interfaces,
    mapping: mapping ?? {
      device: "flash",
      executable: file(code),
      "nvram-template": file(`${code}.vars`),
    },
    targets: [{ architecture: arch ?? "x86_64", machines: ["pc-q35-*"] }],
    features,
    tags: [],
  });
}

/** A tree with the directories user, etc and share, and the firmware files "a" to "d". */
function makeTree(files: (root: string) => Record<string, string>) {
  const root = temporaryDirectory();
  for (const name of ["a", "b", "c", "d"]) {
    writeTree(root, { [name]: name, [`${name}.vars`]: "" });
  }
  writeTree(root, files(root));
  const directories = ["user", "etc", "share"].map((name) => join(root, name));
  const find = (more: { machineType?: string; secureBoot?: boolean; arch?: string } = {}) =>
    findFirmware({ arch: "x86_64", machineType: "q35", qemu, directories, ...more });
  return { root, find };
}

describe("descriptors", () => {
  test("are chosen in the order of their names, across directories", () => {
    const { root, find } = makeTree((at) => ({
      "share/60-a.json": descriptor({ code: `${at}/a` }),
      "user/70-b.json": descriptor({ code: `${at}/b` }),
    }));
    expect(find()).toEqual({
      descriptor: `${root}/share/60-a.json`,
      description: `firmware ${root}/a`,
      code: `${root}/a`,
      codeFormat: "raw",
      variables: `${root}/a.vars`,
      variablesFormat: "raw",
      mapping: "flash",
      features: [],
    });
  });

  test("of a more specific directory hide those of the same name", () => {
    const { root, find } = makeTree((at) => ({
      "share/60-x.json": descriptor({ code: `${at}/a` }),
      "etc/60-x.json": descriptor({ code: `${at}/b` }),
      "user/60-x.json": descriptor({ code: `${at}/c` }),
    }));
    expect(find().code).toBe(`${root}/c`);
  });

  test("that are empty hide and put nothing in the place", () => {
    const { root, find } = makeTree((at) => ({
      "share/60-x.json": descriptor({ code: `${at}/a` }),
      "etc/60-x.json": "",
      "share/70-y.json": descriptor({ code: `${at}/b` }),
    }));
    expect(find().code).toBe(`${root}/b`);
  });

  test("that ask for signatures or SMM are passed over, plain ones preferred", () => {
    const { root, find } = makeTree((at) => ({
      "share/10.json": descriptor({ code: `${at}/a`, features: ["secure-boot", "requires-smm"] }),
      "share/20.json": descriptor({ code: `${at}/b`, features: ["secure-boot", "enrolled-keys"] }),
      "share/30.json": descriptor({ code: `${at}/c`, features: ["secure-boot"] }),
      "share/40.json": descriptor({ code: `${at}/d` }),
    }));
    expect(find().code).toBe(`${root}/d`);
    expect(find({ secureBoot: true }).code).toBe(`${root}/a`);
  });

  test("with variables are preferred to those without", () => {
    const { root, find } = makeTree((at) => ({
      "share/10.json": descriptor({
        code: "",
        mapping: { device: "memory", filename: `${at}/a` },
      }),
      "share/20.json": descriptor({
        code: "",
        mapping: {
          device: "flash",
          mode: "stateless",
          executable: { filename: `${at}/b`, format: "qcow2" },
        },
      }),
    }));
    expect(find()).toMatchObject({ code: `${root}/b`, codeFormat: "qcow2", variables: null });
    writeTree(root, { "user/20.json": "" });
    expect(find()).toMatchObject({ code: `${root}/a`, mapping: "memory", variables: null });
  });

  test("that do not fit are all named, with the reason", () => {
    const { root, find } = makeTree((at) => ({
      "etc/05-hidden.json": "",
      "share/10-torn.json": '{ "description": ',
      "share/20-bios.json": descriptor({ code: `${at}/a`, interfaces: ["bios"] }),
      "share/30-arm.json": descriptor({ code: `${at}/a`, arch: "aarch64" }),
      "share/40-keys.json": descriptor({ code: `${at}/a`, features: ["enrolled-keys"] }),
      "share/50-gone.json": descriptor({ code: `${at}/gone` }),
      "share/60-one.json": descriptor({ code: "", mapping: { device: "flash", mode: "combined" } }),
      "share/notes.txt": "not a descriptor",
    }));
    let message = "";
    try {
      find();
    } catch (error) {
      expect(error).toBeInstanceOf(HostError);
      message = (error as HostError).message.split("\n  to mend it")[0] ?? "";
    }
    const [first, ...reasons] = message.replaceAll(root, "").split("\n    ");
    expect(first).toBe(
      "install UEFI firmware for x86_64 (machine type q35): there is none " +
        "among the descriptors in /user, /etc, /share",
    );
    expect(reasons.map((reason) => reason.replace(/(is not JSON): .*/, "$1"))).toEqual([
      "/etc/05-hidden.json is empty, which hides descriptors of that name",
      "/share/10-torn.json is not JSON",
      "/share/20-bios.json is not uefi firmware",
      "/share/40-keys.json starts only signed programs (it has keys enrolled)",
      "/share/50-gone.json names /gone, which cannot be read",
      '/share/60-one.json keeps code and variables in one file (mode "combined")',
    ]);
  });

  test("for other machine types call for another machine type, not for an installation", () => {
    const { find } = makeTree((at) => ({ "etc/1.json": descriptor({ code: `${at}/a` }) }));
    const call = () => find({ machineType: "microvm" });
    expect(call).toThrow(HostError);
    expect(call).toThrow(/^choose another machine type: no UEFI firmware for x86_64 is there for/);
    expect(call).toThrow(/1\.json is for the machines pc-q35-\*/);
  });

  test("whatever is in them, reading one gives a descriptor or a reason", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseDescriptor(text);
        expect(["string", "object"]).toContain(typeof parsed);
      }),
    );
  });
});

test("the user's directory comes first, QEMU's own before the distribution's", () => {
  const found = firmwareDirectories(
    { dataDirectories: ["/opt/qemu/share/qemu"] },
    { HOME: "/somewhere/ada" },
  );
  expect(found).toEqual([
    "/somewhere/ada/.config/qemu/firmware",
    "/etc/qemu/firmware",
    "/opt/qemu/share/qemu/firmware",
    "/usr/share/qemu/firmware",
  ]);
  const configured = { HOME: "/somewhere/ada", XDG_CONFIG_HOME: "/config" };
  expect(firmwareDirectories({ dataDirectories: [] }, configured)[0]).toBe("/config/qemu/firmware");
});

test.each([
  ["pc-q35-*", "pc-q35-9.0", true],
  ["pc-q35-*", "pc-i440fx-9.0", false],
  ["virt", "virt-9.0", false],
  ["virt-?.?", "virt-9.0", true],
  ["a.c", "abc", false],
])("the pattern %s matches %s: %s", (pattern, name, expected) => {
  expect(matchesGlob(pattern, name)).toBe(expected);
});

describe("installed firmware", () => {
  test.each([
    ["x86_64", "q35", /OVMF|edk2-x86_64/i],
    ["x86_64", "pc", /OVMF|edk2-x86_64/i],
    ["aarch64", "virt", /AAVMF|edk2-aarch64/i],
  ])("for %s on %s", async (arch, machineType, code) => {
    const environment = privateEnvironment(temporaryDirectory());
    const found = findFirmware({
      arch,
      machineType,
      qemu: await findQemu(arch, { environment }),
      environment: { ...environment, XDG_CONFIG_HOME: "/nowhere" },
    });
    expect(found.code).toMatch(code);
    expect(found.mapping).toBe("flash");
    expect(found.features).not.toContain("enrolled-keys");
    expect(found.features).not.toContain("requires-smm");
    expect(found.variables).not.toBeNull();
  });

  test("ROMs are found in QEMU's data directories", async () => {
    const environment = privateEnvironment(temporaryDirectory());
    const found = await findQemu("x86_64", { environment });
    expect(findRom(found, "bios-256k.bin")).toMatch(/\/bios-256k\.bin$/);
    expect(findRom(found, "no-such.rom")).toBeNull();
  });
});
