/** Firmware by its path: its variables, its architecture, and a board on which it runs. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { describeFirmwareFile } from "../../harness/host/index.ts";
import { completeFirmware } from "../../harness/machine/own-firmware.ts";
import { boot, temporaryDirectory } from "./machines.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A directory with empty files of these names. */
function directoryWith(...names: readonly string[]): string {
  const directory = join(temporaryDirectory(), "firmware");
  mkdirSync(directory);
  for (const name of names) writeFileSync(join(directory, name), "");
  return directory;
}

test("a descriptor says what the file is", () => {
  const directory = directoryWith("code.fd", "vars.fd");
  const [code, variables] = [join(directory, "code.fd"), join(directory, "vars.fd")];
  const mapping = {
    device: "flash",
    executable: { filename: code, format: "raw" },
    "nvram-template": { filename: variables, format: "raw" },
  };
  const targets = [{ architecture: "aarch64", machines: ["virt-*"] }];
  const descriptor = { "interface-types": ["uefi"], mapping, targets, features: ["requires-smm"] };
  writeFileSync(join(directory, "50-mine.json"), JSON.stringify(descriptor));
  writeFileSync(join(directory, "40-broken.json"), "{");
  expect(describeFirmwareFile(code, [directory])).toEqual({
    arch: "aarch64",
    variables,
    requiresSmm: true,
  });
  expect(describeFirmwareFile(variables, [directory])).toBeUndefined();
});

test("without one, the names of edk2's packages tell, also through a link", () => {
  const directory = directoryWith("OVMF_CODE.secboot.fd", "OVMF_VARS.fd", "OVMF.fd", "u-boot.rom");
  const code = join(directory, "OVMF_CODE.secboot.fd");
  const variables = join(directory, "OVMF_VARS.fd");
  const facts = { arch: "x86_64", variables, requiresSmm: true };
  expect(describeFirmwareFile(code, [])).toEqual(facts);
  const link = join(directory, "OVMF_CODE.fd");
  symlinkSync(code, link);
  expect(describeFirmwareFile(link, [])).toEqual(facts);
  for (const other of ["OVMF.fd", "u-boot.rom", "OVMF_VARS.fd"]) {
    expect(describeFirmwareFile(join(directory, other), [])).toBeUndefined();
  }
});

test("a spec gets what is missing in it, and keeps what it says", () => {
  const facts = { arch: "x86_64", variables: "/vars.fd", requiresSmm: true };
  const complete = (spec: object) => completeFirmware(spec, () => facts);
  const firmware = { code: "/code.fd", variables: "/vars.fd" };
  const whole = { arch: "x86_64", machine: "q35,smm=on", memory: "256M", firmware };
  expect(complete({ firmware: "/code.fd" })).toEqual(whole);
  expect(complete({ firmware: { code: "/code.fd" } })).toEqual(whole);
  const own = { code: "/code.fd", variables: "/mine.fd" };
  expect(complete({ firmware: own, memory: "1G", machine: "pc-q35-7.2" })).toEqual({
    ...whole,
    firmware: own,
    memory: "1G",
    machine: "pc-q35-7.2,smm=on",
  });
  for (const spec of [{}, { firmware: "uefi" }, { firmware: "bios" }]) {
    expect(complete(spec)).toEqual(spec);
  }
  expect(completeFirmware({ firmware: "/x.rom" }, () => undefined)).toEqual({ firmware: "/x.rom" });
  for (const machine of ["pc", "q35,smm=off"]) {
    expect(() => complete({ firmware: "/code.fd", machine })).toThrow(SpecError);
  }
});

const secure = "/usr/share/OVMF/OVMF_CODE.secboot.fd";

// style-allow skip: the file is a package of some distributions only
test.skipIf(!existsSync(secure))("a build with Secure Boot reaches its boot manager", async () => {
  const vm = await boot({ firmware: secure });
  await vm.serial.waitFor(/BdsDxe: |UEFI Interactive Shell/, { timeoutMs: 100_000 });
  expect(vm.record().reproduce).toContain("-machine q35,smm=on");
});
