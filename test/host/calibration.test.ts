import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { doubtOf, hardwareAccelerator, runsOnHost } from "../../harness/host/calibration.ts";
import {
  type AcceleratorSample,
  calibrate,
  calibrateHost,
  describeHost,
  findQemu,
  forgetHost,
  type QemuBinary,
} from "../../harness/host/index.ts";
import { instructionsAfter, loopKernelFor } from "../../harness/host/loop-kernel.ts";
import { judgeObservation, type Observation, takeSample } from "../../harness/host/sample.ts";
import { appleLaptop, linuxLaptop } from "./hosts.ts";
import { privateEnvironment, temporaryDirectory } from "./temporary.ts";

/** Progress at a constant rate: one mark each time a round is complete. */
function evenProgress(perSecond: number, marks: number): Observation["marks"] {
  return Array.from({ length: marks }, (_, index) => {
    const count = index + 1;
    return { count, atMs: (instructionsAfter(count) / perSecond) * 1000 };
  });
}

describe("a sample", () => {
  const marks = evenProgress(500e6, 60);
  const wallMs = 20;

  test("gives the rate at which the work was done", () => {
    const sample = judgeObservation("tcg", { marks, wallMs, cpuMs: wallMs }, 100);
    expect(sample).toMatchObject({ accelerator: "tcg", refusal: null, doubt: null, cpuShare: 1 });
    expect(sample.instructionsPerSecond).toBeCloseTo(500e6, -1);
  });

  test("counts CPU time, so that a loaded host does not look slow", () => {
    const sample = judgeObservation("tcg", { marks, wallMs, cpuMs: 0.8 * wallMs }, 100);
    expect(sample.doubt).toBeNull();
    expect(sample.instructionsPerSecond).toBeCloseTo(625e6, -1);
  });

  test("with little of a CPU is doubted", () => {
    const sample = judgeObservation("kvm", { marks, wallMs, cpuMs: 0.41 * wallMs }, 100);
    expect(sample.doubt).toBe("under load (41 % of a CPU for kvm)");
  });

  test("without any CPU time has no figure", () => {
    const sample = judgeObservation("kvm", { marks, wallMs, cpuMs: 0 }, 100);
    expect(sample).toMatchObject({ instructionsPerSecond: null });
    expect(sample.doubt).toContain("under load");
  });

  test("is doubted where CPU time is unknown and progress uneven", () => {
    const stalled = marks.map((mark, index) => ({
      ...mark,
      atMs: mark.atMs + (index > 50 ? 60 : 0),
    }));
    expect(judgeObservation("hvf", { marks, wallMs, cpuMs: null }, 100).doubt).toBeNull();
    expect(judgeObservation("hvf", { marks: stalled, wallMs, cpuMs: null }, 100).doubt).toBe(
      "under load (uneven progress)",
    );
  });

  test.each([
    ["no mark", []],
    ["one mark", [{ atMs: 50, count: 3 }]],
    ["marks at the end only", evenProgress(500e6, 20)],
  ])("of %s is cut short", (_, few) => {
    expect(judgeObservation("kvm", { marks: few, wallMs: 1, cpuMs: 1 }, 100)).toEqual({
      accelerator: "kvm",
      refusal: null,
      instructionsPerSecond: null,
      cpuShare: null,
      doubt: "cut short (kvm did too little within 100 ms)",
    });
  });

  test("of an accelerator that QEMU does not have is a refusal in its own words", async () => {
    const directory = temporaryDirectory();
    const qemu = await findQemu("x86_64", { environment: privateEnvironment(directory) });
    const kernel = loopKernelFor(qemu);
    if (kernel === undefined) throw new Error("there is no loop kernel for x86_64");
    const sample = await takeSample(qemu.path, kernel, "nonesuch", directory, 5_000);
    expect(sample.refusal).toMatch(/invalid accelerator nonesuch/);
    expect(sample.instructionsPerSecond).toBeNull();
  });
});

const good: AcceleratorSample = {
  accelerator: "tcg",
  refusal: null,
  instructionsPerSecond: 1e8,
  cpuShare: 1,
  doubt: null,
};

test.each([
  [[good, { ...good, accelerator: "kvm" }], null],
  [[good, { ...good, accelerator: "kvm", refusal: "no" }], null],
  [[good, { ...good, accelerator: "kvm", doubt: "under load" }], "under load"],
  [[{ ...good, refusal: "no ROM" }], "with a loop kernel that does not run (no ROM)"],
  [[], "without a sample of TCG"],
])("of the samples %j the doubt is %s", (samples, doubt) => {
  expect(doubtOf(samples)).toBe(doubt);
});

test("the hardware accelerator follows from the platform, its guests from the CPU", () => {
  expect(hardwareAccelerator(linuxLaptop)).toBe("kvm");
  expect(hardwareAccelerator(appleLaptop)).toBe("hvf");
  expect(hardwareAccelerator({ ...linuxLaptop, platform: "freebsd" })).toBeUndefined();
  expect(runsOnHost("x86_64", linuxLaptop)).toBe(true);
  expect(runsOnHost("i386", linuxLaptop)).toBe(true);
  expect(runsOnHost("aarch64", linuxLaptop)).toBe(false);
  expect(runsOnHost("arm", appleLaptop)).toBe(true);
  expect(runsOnHost("x86_64", appleLaptop)).toBe(false);
});

describe("calibrating", () => {
  test("measures what there is, keeps only what may be believed, and survives JSON", async () => {
    const cache = temporaryDirectory();
    const environment = privateEnvironment(cache);
    const first = await calibrateHost({ environment });
    if (first === undefined) throw new Error("this computer has no QEMU of its own architecture");
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    expect(await calibrateHost({ environment })).toEqual(first);
    for (const sample of first.samples) {
      const said = [sample.instructionsPerSecond, sample.refusal, sample.doubt];
      expect(said.some((one) => one !== null)).toBe(true);
    }
    const kept = readdirSync(join(cache, "bringup")).some((name) => name.startsWith("calibration"));
    const isWorthKeeping =
      first.samples.length > 0 &&
      first.doubt === null &&
      first.samples.every(({ refusal }) => refusal === null);
    expect(kept).toBe(isWorthKeeping);
    forgetHost();
    if (kept) expect((await calibrateHost({ environment }))?.samples).toEqual(first.samples);
  });

  test("without time is doubted, not kept, and leaves no figure", async () => {
    const cache = temporaryDirectory();
    const environment = privateEnvironment(cache);
    const host = await describeHost();
    const qemu = await findQemu(host.arch, { environment });
    const { doubt, samples } = await calibrate({ qemu, environment, limitMs: 0 });
    // Where there is only TCG, nothing is compared and nothing in doubt.
    if (samples.length > 0) expect(doubt).toBe("cut short (tcg did too little within 0 ms)");
    expect(samples.every((sample) => sample.instructionsPerSecond === null)).toBe(true);
    expect(readdirSync(join(cache, "bringup"))).toHaveLength(1);
  });

  test.each([
    ["another architecture", { arch: "riscv64" }, linuxLaptop],
    ["no KVM in QEMU", { accelerators: ["tcg"] }, linuxLaptop],
    ["no device", {}, { ...linuxLaptop, devKvm: "absent" as const }],
    ["no permission", {}, { ...linuxLaptop, devKvm: "denied" as const }],
    ["another platform", {}, { ...linuxLaptop, platform: "freebsd" }],
    ["no HVF in QEMU", {}, appleLaptop],
  ])("costs nothing where there is nothing to compare: %s", async (_, more, host) => {
    const binary = { path: "/nowhere", arch: "x86_64", accelerators: ["tcg", "kvm"], ...more };
    const qemu = { ...binary, version: { text: "9.0.0" } } as unknown as QemuBinary;
    expect(await calibrate({ qemu, host })).toEqual({
      qemu: "/nowhere",
      qemuVersion: "9.0.0",
      host,
      samples: [],
      doubt: null,
    });
  });

  test("is left out where this computer has no QEMU of its own", async () => {
    const environment = privateEnvironment(temporaryDirectory(), { PATH: "/nowhere" });
    expect(await calibrateHost({ environment })).toBeUndefined();
  });
});
