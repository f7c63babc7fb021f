import { describe, expect, test } from "vitest";
import { HostError, SpecError } from "../../harness/evidence/index.ts";
import { decideByCalibration } from "../../harness/host/accelerator.ts";
import {
  type AcceleratorSample,
  type Calibration,
  chooseAccelerator,
  describeHost,
  findQemu,
  type HostDescription,
  type QemuBinary,
  requestedAccelerator,
} from "../../harness/host/index.ts";
import { probeAccelerator, refusalOf } from "../../harness/host/kvm.ts";
import { appleLaptop, linuxLaptop } from "./hosts.ts";
import { privateEnvironment, temporaryDirectory } from "./temporary.ts";

const qemu = {
  path: "/bin/qemu",
  arch: "x86_64",
  accelerators: ["tcg", "kvm", "hvf"],
  identity: "invented",
  version: { text: "9.0.0" },
} as unknown as QemuBinary;

const sample = (accelerator: string, millions: number | null, more = {}): AcceleratorSample => ({
  accelerator,
  refusal: null,
  instructionsPerSecond: millions === null ? null : millions * 1e6,
  cpuShare: 1,
  doubt: null,
  ...more,
});

function calibrationOf(
  samples: readonly AcceleratorSample[],
  doubt: string | null = null,
  host: HostDescription = linuxLaptop,
): Calibration {
  return { qemu: "/bin/qemu", qemuVersion: "9.0.0", host, samples, doubt };
}

describe("auto", () => {
  test.each([
    [6200, 520, "kvm", "KVM is the faster one: 6200 M against 520 M instructions/s under TCG"],
    [1040, 520, "kvm", "KVM is the faster one: 1040 M against 520 M instructions/s under TCG"],
    [1030, 520, "tcg", "KVM is not clearly faster here: 1030 M against 520 M instructions/s"],
    [130, 520, "tcg", "KVM is not clearly faster here: 130 M against 520 M instructions/s"],
    [
      1.3,
      520,
      "tcg",
      "KVM here emulates kernel code in software: 1.3 M against 520 M instructions/s under TCG",
    ],
  ])("with KVM at %d M and TCG at %d M takes %s", async (kvm, tcg, used, why) => {
    const calibration = calibrationOf([sample("tcg", tcg), sample("kvm", kvm)]);
    const choice = await chooseAccelerator({ requested: "auto", arch: "i386", qemu, calibration });
    expect(choice).toEqual({ requested: "auto", used, why: expect.stringContaining(why) });
  });

  test("takes HVF on a Mac that is faster with it", async () => {
    const samples = [sample("tcg", 900), sample("hvf", 6000)];
    const calibration = calibrationOf(samples, null, appleLaptop);
    const arch = "aarch64";
    const choice = await chooseAccelerator({ requested: "auto", arch, qemu, calibration });
    expect(choice).toEqual({
      requested: "auto",
      used: "hvf",
      why: "HVF is the faster one: 6000 M against 900 M instructions/s under TCG",
    });
  });

  test.each([
    [true, "kvm", "and the CPU shows hardware virtualisation"],
    [false, "tcg", "and the CPU shows no hardware virtualisation"],
  ])("with a doubtful calibration goes by the CPU (%s): %s", (shows, used, words) => {
    const host = { ...linuxLaptop, hardwareVirtualisation: shows };
    // The figures say the opposite, and must not be heard.
    const samples = [sample("tcg", shows ? 500 : 1), sample("kvm", shows ? 1 : 500)];
    const calibration = calibrationOf(samples, "under load (41 % of a CPU for kvm)", host);
    expect(decideByCalibration("kvm", qemu, calibration)).toEqual({
      requested: "auto",
      used,
      why: `calibration under load (41 % of a CPU for kvm) was not trusted, ${words}`,
    });
  });

  test("without any calibration says so", () => {
    expect(decideByCalibration("kvm", qemu, calibrationOf([])).why).toBe(
      "there is no calibration, and the CPU shows hardware virtualisation",
    );
  });

  test("takes TCG where KVM refused, in QEMU's words", () => {
    const refusal = "ioctl(KVM_CREATE_VM) failed: 16 Device or resource busy";
    const samples = [sample("tcg", 500), sample("kvm", null, { refusal })];
    expect(decideByCalibration("kvm", qemu, calibrationOf(samples))).toEqual({
      requested: "auto",
      used: "tcg",
      why: `KVM refuses to make a machine: ${refusal}`,
    });
  });

  test("takes KVM where QEMU has nothing else", () => {
    const only = { path: "/bin/qemu", accelerators: ["kvm"] };
    expect(decideByCalibration("kvm", only, calibrationOf([])).used).toBe("kvm");
  });

  test.each([
    ["aarch64", linuxLaptop, "KVM runs only x86 guests on this host"],
    ["riscv64", { ...linuxLaptop, arch: "aarch64" }, "KVM runs only Arm guests on this host"],
    ["x86_64", { ...linuxLaptop, devKvm: "absent" as const }, "there is no /dev/kvm: "],
    ["x86_64", { ...linuxLaptop, devKvm: "denied" as const }, "ada may not open /dev/kvm"],
    ["x86_64", { ...linuxLaptop, platform: "freebsd" }, "this host (freebsd) has no accelerator"],
    ["x86_64", appleLaptop, "HVF runs only Arm guests on this host"],
  ])("for %s falls to TCG with the reason", async (arch, host, why) => {
    const choice = await chooseAccelerator({ requested: "auto", arch, qemu, host });
    expect(choice).toEqual({ requested: "auto", used: "tcg", why: expect.stringContaining(why) });
  });

  test("is refused where neither TCG nor KVM will do", async () => {
    const only = { ...qemu, accelerators: ["kvm"] };
    const host = { ...linuxLaptop, devKvm: "denied" as const };
    const question = { requested: "auto", arch: "x86_64", qemu: only, host } as const;
    await expect(chooseAccelerator(question)).rejects.toThrow(HostError);
    await expect(chooseAccelerator(question)).rejects.toThrow(
      "install a QEMU with TCG, or mend its accelerator: /bin/qemu is built without TCG, and ada",
    );
  });
});

describe("a request is never replaced", () => {
  const refuse = (requested: "kvm" | "hvf" | "tcg", host: HostDescription, arch = "x86_64") =>
    chooseAccelerator({ requested, arch, qemu, host }).catch((error) => error);

  test.each([
    ["kvm", { ...linuxLaptop, devKvm: "absent" }, "there is no /dev/kvm: virtualisation is off"],
    ["kvm", { ...linuxLaptop, devKvm: "denied" }, "ada may not open /dev/kvm"],
    ["kvm", appleLaptop, "KVM exists only on Linux, and this host runs darwin"],
    ["hvf", linuxLaptop, "HVF exists only on macOS, and this host runs linux"],
    [
      "hvf",
      { ...appleLaptop, arch: "x86_64", hardwareVirtualisation: false },
      "this Mac has no Hypervisor framework",
    ],
    ["kvm", { ...linuxLaptop, arch: "aarch64" }, "KVM runs only Arm guests on this host"],
  ] as const)("%s is a HostError: %o", async (requested, host, why) => {
    const error = await refuse(requested, host);
    expect(error).toBeInstanceOf(HostError);
    expect(error.message).toContain(`"${requested}" was requested, but ${why}`);
  });

  test("a missing permission comes with the command that grants it", async () => {
    const error = await refuse("kvm", { ...linuxLaptop, devKvm: "denied" });
    expect(error.remedy).toMatch(/^sudo usermod -aG kvm ada /);
    const other = { ...linuxLaptop, devKvm: "denied", devKvmGroup: "vm-users" } as const;
    expect((await refuse("kvm", other)).remedy).toMatch(/^sudo usermod -aG vm-users ada /);
    const none = { ...linuxLaptop, devKvm: "denied", devKvmGroup: undefined } as const;
    expect((await refuse("kvm", none)).remedy).toMatch(/^sudo chmod 0666 \/dev\/kvm /);
  });

  test("an accelerator that is not compiled in", async () => {
    const only = { ...qemu, accelerators: ["tcg"] };
    expect(refusalOf("kvm", "x86_64", only, linuxLaptop)?.why).toBe(
      "/bin/qemu is built without KVM",
    );
    const none = { ...qemu, accelerators: ["kvm"] };
    const question = { requested: "tcg", arch: "x86_64", qemu: none } as const;
    await expect(chooseAccelerator(question)).rejects.toThrow(
      'mend TCG or ask for another accelerator: "tcg" was requested, but /bin/qemu is built',
    );
  });

  test("an accelerator whose device opens, but that makes no machine", async () => {
    const environment = privateEnvironment(temporaryDirectory());
    const real = await findQemu("x86_64", { environment });
    // The host is invented, QEMU's refusal is not: it has no HVF here.
    const words = await probeAccelerator("hvf", real);
    expect(words).toMatch(/invalid accelerator hvf/);
    const host = { ...appleLaptop, arch: "x86_64" };
    const claimed = { ...real, accelerators: ["tcg", "hvf"] };
    const question = { requested: "hvf", arch: "x86_64", qemu: claimed, host } as const;
    await expect(chooseAccelerator(question)).rejects.toThrow(
      `"hvf" was requested, but HVF is there, but refuses to make a machine: ${words}`,
    );
  });

  test("what the calibration has seen running is not asked again", async () => {
    const calibration = calibrationOf([sample("tcg", 500), sample("kvm", 1)]);
    const question = { requested: "kvm", arch: "x86_64", qemu, calibration } as const;
    expect(await chooseAccelerator(question)).toEqual({
      requested: "kvm",
      used: "kvm",
      why: "KVM, as requested",
    });
  });
});

const thisHost = await describeHost();
const hasKvm = refusalOf("kvm", thisHost.arch, qemu, thisHost) === undefined;

// style-allow skip: a host without a usable KVM cannot show that it works.
test.runIf(hasKvm)("KVM on this computer makes a machine", async () => {
  const environment = privateEnvironment(temporaryDirectory());
  const real = await findQemu(thisHost.arch, { environment });
  const question = { requested: "kvm", arch: thisHost.arch, qemu: real } as const;
  expect((await chooseAccelerator(question)).used).toBe("kvm");
});

describe("what is requested", () => {
  test.each([
    ["kvm", { BRINGUP_ACCELERATOR: "tcg" }, "hvf", "kvm"],
    [undefined, { BRINGUP_ACCELERATOR: "tcg" }, "hvf", "tcg"],
    [undefined, { BRINGUP_ACCELERATOR: "" }, "hvf", "hvf"],
    [undefined, {}, undefined, "auto"],
  ])("by field %s, environment %o and default %s is %s", (field, environment, fallback, word) => {
    expect(requestedAccelerator(field, environment, fallback)).toBe(word);
  });

  test("is refused by name where it is no accelerator", () => {
    const read = () => requestedAccelerator(undefined, { BRINGUP_ACCELERATOR: "whpx" });
    expect(read).toThrow(SpecError);
    expect(read).toThrow('BRINGUP_ACCELERATOR: takes auto, kvm, tcg, hvf, but got "whpx"');
  });
});
