/** The demo's words, and the demo itself with the machines that need no firmware package. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { TestCase } from "vitest/node";
import { excerpt, field, seconds } from "../../demo/format.ts";
import { DemoReporter } from "../../demo/reporter.ts";
import { lineAtCursor } from "../../demo/show.ts";
import type { MachineExit, MachineRecord } from "../../harness/evidence/index.ts";
import { runTool } from "./run-tool.ts";

const qemu = { binary: "/usr/bin/qemu-system-x86_64", version: "7.2.22 (Debian)" };
const why =
  "KVM here emulates kernel code in software: 1.3 M against 520 M instructions/s under TCG";
const record: MachineRecord = {
  name: "machines.test.ts/hello/1",
  kernel: { path: "/repo/kernels/build/hello.elf", sha256: "0".repeat(64), image: "32-bit ELF" },
  arch: "x86_64",
  machineType: "pc",
  qemu,
  accelerator: { requested: "auto", used: "tcg", why },
  reproduce: "qemu-system-x86_64",
  directory: "/repo/.bringup/runs/1",
  files: [],
  serial: [],
  exit: { kind: "killed", by: "dispose", because: "the end of the test" },
  findings: [],
  timeline: [],
};

test("tells of each machine as it happens", () => {
  const powerOff: MachineExit = { kind: "power-off", because: "SHUTDOWN guest-shutdown" };
  const lines = report((reporter) => {
    const first = testCase("a kernel", [record]);
    reporter.onTestCaseReady(first);
    reporter.onTestCaseAnnotate(first, { type: "serial0", message: "Hello" });
    reporter.onTestCaseResult(first);
    const skipped = testCase("another", [], "skipped");
    reporter.onTestCaseReady(skipped);
    reporter.onTestCaseResult(skipped);
    const firmware = testCase("firmware", [{ ...record, kernel: null, exit: powerOff }], "failed");
    reporter.onTestCaseReady(firmware);
    reporter.onTestCaseResult(firmware);
    reporter.onTestRunEnd([{ errors: () => [] }], [{ message: "something else broke" }]);
  });
  expect(lines).toBe(`
1. a kernel
  serial0       | Hello
  image         kernels/build/hello.elf: 32-bit ELF
  machine       x86_64 pc, QEMU 7.2.22 (Debian)
  accelerator   TCG: KVM here emulates kernel code in software: 1.3 M against
                520 M instructions/s under TCG
  exit          none: the guest ran on until its test was over
  verdict       passed in 1.2 s

2. firmware
  image         no image: the firmware alone
  machine       x86_64 pc, QEMU 7.2.22 (Debian)
  accelerator   TCG: KVM here emulates kernel code in software: 1.3 M against
                520 M instructions/s under TCG
  exit          power-off: SHUTDOWN guest-shutdown
  verdict       failed in 1.2 s

it did not print
  machine: gone

something else broke`);
});

test("no line is wider than a terminal, and what cannot be broken stays whole", () => {
  const lines = field("label", `${"word ".repeat(40)}/${"x".repeat(90)} end`).split("\n");
  expect(lines.filter((line) => line.length > 80)).toEqual([`${" ".repeat(16)}/${"x".repeat(90)}`]);
  expect(lines[0]).toMatch(/^ {2}label {9}word word/);
  expect(lines.at(-1)).toBe(`${" ".repeat(16)}end`);
});

test("a guest's control characters do not reach the visitor's terminal", () => {
  expect(excerpt("serial0", "a\u001b[2Jb\u0007  ")).toBe("  serial0       | a\ufffd[2Jb\ufffd");
});

test("times are short ones in hundredths and long ones in tenths of a second", () => {
  expect([4, 994, 996, 12_345].map(seconds)).toEqual(["0.00 s", "0.99 s", "1.0 s", "12.3 s"]);
});

test("the line that decided is the whole line around the end of the match", () => {
  const text = "first\nOpenSBI v1.1\nlast";
  const port = { cursor: 13, end: text.length, slice: text.slice.bind(text) };
  expect(lineAtCursor(port)).toBe("OpenSBI v1.1");
});

test("boots what it is asked for, says so, and writes JUnit", async () => {
  const { junit, variables } = await reports();
  const { all, exitCode } = await runTool("tools/demo.ts", ["PVH"], variables);
  expect(all).toMatch(
    /^1\. a 64-bit kernel, through PVH\n {2}serial0 +\| Hello from x86_64 \(PVH\)$/m,
  );
  expect(all).toMatch(/^ {2}accelerator {3}\w+: \S/m);
  expect(all).toMatch(/^1 passed, 0 failed, 4 not chosen, in \d+\.\d+ s$/m);
  expect(exitCode).toBe(0);
  expect(await readFile(junit, "utf8")).toContain("Hello from x86_64 (PVH)");
});

test("ends with exit code 1 and the reason when a machine cannot boot", async () => {
  const { junit, variables } = await reports();
  const broken = { ...variables, BRINGUP_QEMU: "/nonexistent/qemu" };
  const failed = await runTool("tools/demo.ts", ["PVH"], broken);
  expect(failed.all).toContain("BRINGUP_QEMU: it names /nonexistent/qemu, which does not exist");
  expect(failed.all).toMatch(/^0 passed, 1 failed, 4 not chosen/m);
  expect(failed.exitCode).toBe(1);
  expect(existsSync(junit)).toBe(true);
});

/** Places of its own: the reports and the evidence of the run around this test are not touched. */
async function reports() {
  const directory = await mkdtemp(join(tmpdir(), "bringup-demo-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const junit = join(directory, "junit.xml");
  const evidence = join(directory, "evidence");
  return { junit, variables: { DEMO_JUNIT: junit, BRINGUP_EVIDENCE: evidence } };
}

function report(tell: (reporter: DemoReporter) => void): string {
  const printed: string[] = [];
  const reporter = new DemoReporter((text) => printed.push(stripVTControlCharacters(text)));
  reporter.onInit({ config: { root: "/repo" } } as Parameters<DemoReporter["onInit"]>[0]);
  tell(reporter);
  return printed.join("\n");
}

function testCase(name: string, machines: readonly MachineRecord[], state = "passed"): TestCase {
  const errors =
    state === "failed" ? [{ message: "it did not print\n  machine: gone" }] : undefined;
  const bringup = { attempts: [{ retry: 0, repeat: 0, machines }] };
  return {
    name,
    result: () => ({ state, errors }),
    diagnostic: () => ({ duration: 1_234 }),
    meta: () => ({ bringup }),
  } as unknown as TestCase;
}
