import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runsOnHost } from "../../harness/host/calibration.ts";
import { describeHost, findQemu } from "../../harness/host/index.ts";
import { instructionsAfter, loopKernelFor } from "../../harness/host/loop-kernel.ts";
import { privateEnvironment, temporaryDirectory } from "./temporary.ts";

const host = await describeHost();
const kvm = host.devKvm === "usable" && runsOnHost("x86_64", host);

/** Starts the loop kernel and resolves with what it wrote once that is `count` bytes. */
async function firstMarks(arch: string, accelerator: string, count: number): Promise<string> {
  const directory = temporaryDirectory();
  const qemu = await findQemu(arch, { environment: privateEnvironment(directory) });
  const kernel = loopKernelFor(qemu);
  if (kernel === undefined) throw new Error(`there is no loop kernel for ${arch}`);
  const rom = join(directory, "loop.rom");
  writeFileSync(rom, kernel.rom);
  const child = spawn(
    qemu.path,
    [
      ...["-accel", accelerator, "-nodefaults", "-display", "none", "-bios", rom],
      ...["-chardev", "stdio,id=marks,signal=off", ...kernel.machineArguments],
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  try {
    let text = "";
    for await (const bytes of child.stdout) {
      text += bytes;
      if (text.length >= count) break;
    }
    return text;
  } finally {
    child.kill("SIGKILL");
  }
}

describe("the loop kernel marks its rounds", () => {
  test.each([
    ["x86_64", "tcg"],
    ["i386", "tcg"],
    ["aarch64", "tcg"],
  ])("on %s under %s", async (arch, accelerator) => {
    expect(await firstMarks(arch, accelerator, 20)).toMatch(/^\.{20,}$/);
  });

  // style-allow skip: a host without a usable KVM cannot show that it works.
  test.runIf(kvm)("on x86_64 under kvm", async () => {
    expect(await firstMarks("x86_64", "kvm", 10)).toMatch(/^\.{10,}$/);
  });
});

test("the rounds grow by an eighth", () => {
  expect(instructionsAfter(0)).toBe(0);
  expect(instructionsAfter(1)).toBe(2 * 1024);
  expect(instructionsAfter(2)).toBe(2 * (1024 + 1152));
  expect(instructionsAfter(3)).toBe(2 * (1024 + 1152 + 1296));
  // From a millisecond of a slow emulation to a second of the fastest CPU in a hundred marks.
  expect(instructionsAfter(100)).toBeGreaterThan(1e9);
});

test("there is none where there is no machine for it", () => {
  expect(loopKernelFor({ arch: "riscv64", machines: [] })).toBeUndefined();
  expect(loopKernelFor({ arch: "x86_64", machines: [] })).toBeUndefined();
  expect(loopKernelFor({ arch: "aarch64", machines: [] })).toBeUndefined();
});
