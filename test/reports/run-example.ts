/** A run with everything in it, as plain data. */
import type { MachineRecord } from "../../harness/evidence/index.ts";
import { type CaseReport, junitXml, type RunReport } from "../../harness/reports/index.ts";
import { parseXml } from "./parse-xml.ts";

/** A passed case without any extras; `changes` replace what a test is about. */
export function exampleCase(changes: Partial<CaseReport> = {}): CaseReport {
  return {
    path: ["boot", "reaches the shell"],
    line: 12,
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    durationMs: 1234.5,
    state: "passed",
    skipReason: null,
    failures: [],
    attempts: [{ retry: 0, repeat: 0, state: "passed", durationMs: 1234.5, failures: [] }],
    flaky: false,
    record: null,
    tags: [],
    meta: {},
    annotations: [],
    attachments: [],
    output: [],
    ...changes,
  };
}

/** A machine that powered itself off. */
export function exampleMachine(changes: Partial<MachineRecord> = {}): MachineRecord {
  return {
    name: "boot-1",
    kernel: {
      path: "/work space/build/kernel.elf",
      sha256: "0123456789abcdef".repeat(4),
      image: "ELF 64-bit x86_64, PVH",
    },
    arch: "x86_64",
    machineType: "microvm",
    qemu: { binary: "/usr/bin/qemu-system-x86_64", version: "7.2.22" },
    accelerator: {
      requested: "auto",
      used: "tcg",
      why: "KVM here emulates kernel code in software: 1.3 M against 520 M instructions/s",
    },
    reproduce: "qemu-system-x86_64 -kernel '/work space/build/kernel.elf'",
    directory: "/project/.bringup/boot-1",
    files: [{ name: "serial0.log", path: "/project/.bringup/boot-1/serial0.log" }],
    serial: [{ port: "serial0", text: "hello\nlogin: ", omittedBytes: 0 }],
    exit: { kind: "power-off", because: "SHUTDOWN guest-shutdown" },
    findings: [],
    timeline: [],
    ...changes,
  };
}

/** A run of one file with these cases. */
export function exampleRun(cases: readonly CaseReport[], changes: Partial<RunReport> = {}) {
  const suite = {
    project: "",
    file: "tests/boot.test.ts",
    startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    durationMs: 2000,
    cases,
    errors: [],
  };
  const run: RunReport = {
    name: "bringup",
    reason: "passed",
    suites: [suite],
    errors: [],
    ...changes,
  };
  return run;
}

/** A record of one attempt. */
export function recordOf(...machines: MachineRecord[]) {
  return { attempts: [{ retry: 0, repeat: 0, machines }] };
}

/** The only case of a run with only this case, as a parser reads it. */
export function writtenCase(changes: Partial<CaseReport>, transcriptSizeBytes = 64) {
  const options = { attachmentRoot: "/project", transcriptSizeBytes };
  const parsed = parseXml(junitXml(exampleRun([exampleCase(changes)]), options)).cases[0];
  if (parsed === undefined) throw new Error("the report has no case");
  return parsed;
}
