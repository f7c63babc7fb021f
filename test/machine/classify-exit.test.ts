/** How a machine ended, from all that was seen of it. */
import { describe, expect, test } from "vitest";
import { classifyExit, type EndFacts } from "../../harness/machine/classify-exit.ts";
import { firstErrorLine } from "../../harness/machine/qemu-words.ts";
import { ended, nothing, panic, powerOff, reset, warning } from "./end-facts.ts";

const table: readonly (readonly [name: string, facts: Partial<EndFacts>, exit: object])[] = [
  // isa-debug-exit
  ["debug-exit 0: QEMU's code is 1", ended(1), { kind: "debug-exit", status: 0 }],
  ["debug-exit 49: QEMU's code is 99", ended(99), { kind: "debug-exit", status: 49 }],
  ["debug-exit 127: QEMU's code is 255", ended(255), { kind: "debug-exit", status: 127 }],
  [
    "debug-exit 0 after a warning",
    { ...ended(1), stderr: warning },
    { kind: "debug-exit", status: 0 },
  ],
  [
    "debug-exit 49 after words of QEMU, which fails with 1 only",
    { ...ended(99), stderr: "qemu-system-x86_64: Slirp: external icmp6 not supported yet\n" },
    { kind: "debug-exit", status: 49 },
  ],
  [
    "debug-exit 0 after a complaint of QEMU, which does not fail by a code any more",
    {
      ...ended(1),
      stderr: `${warning}qemu-system-x86_64: virtio: zero sized buffers are not allowed\n`,
    },
    {
      kind: "debug-exit",
      status: 0,
      because:
        "QEMU ended without an event, with exit code 1; " +
        "QEMU had complained: virtio: zero sized buffers are not allowed",
    },
  ],
  [
    "a pass of kvm-unit-tests after a complaint",
    { ...ended(1), stderr: "qemu-system-x86_64: no\n", exitOutcomes: "kvm-unit-tests" },
    { kind: "debug-exit", status: 0, outcome: "pass" },
  ],
  [
    "code 1 without an exit device",
    { ...ended(1), exitDevice: undefined },
    { kind: "qemu-crash", exitCode: 1, message: "it ended with exit code 1 and no word of why" },
  ],
  [
    "code 1 without an exit device, with an error of QEMU",
    { ...ended(1), exitDevice: undefined, stderr: "qemu-system-x86_64: could not lock\n" },
    { kind: "qemu-crash", exitCode: 1, message: "could not lock" },
  ],
  ["code 2", ended(2), { kind: "qemu-crash", exitCode: 2 }],
  ["code 0 without an event", ended(0), { kind: "qemu-crash", exitCode: 0 }],
  [
    "newer QEMU: a debug-exit is a shutdown, its status in the code",
    { ...powerOff, ...ended(99) },
    { kind: "debug-exit", status: 49 },
  ],
  ["newer QEMU: a power-off", { ...powerOff, ...ended(0) }, { kind: "power-off" }],
  // Power-off, reset and triple fault
  ["power-off", powerOff, { kind: "power-off", because: "SHUTDOWN guest-shutdown" }],
  [
    "power-off without an exit device",
    { ...powerOff, exitDevice: undefined },
    { kind: "power-off" },
  ],
  ["reset", reset, { kind: "reset", because: "SHUTDOWN guest-reset" }],
  ["a reset of a subsystem", { shutdownReason: "subsystem-reset" }, { kind: "reset" }],
  [
    "triple fault, by the CPU log",
    { ...reset, loggedTripleFault: true },
    { kind: "triple-fault", because: "SHUTDOWN guest-reset, and QEMU's CPU log says triple fault" },
  ],
  [
    "firmware of a PC ends its own resets with a triple fault",
    { ...reset, loggedTripleFault: true, isByFirmware: true },
    { kind: "reset", because: "SHUTDOWN guest-reset by the PC's firmware" },
  ],
  [
    "KVM: a triple fault, by what the CPU did last",
    { ...reset, accelerator: "kvm", lastAct: "fault" },
    { kind: "triple-fault", because: "SHUTDOWN guest-reset, and the CPU was delivering a fault" },
  ],
  [
    "KVM: a reset, by what the CPU did last",
    { ...reset, accelerator: "kvm", lastAct: "out" },
    { kind: "reset", because: "SHUTDOWN guest-reset by an out instruction" },
  ],
  [
    "KVM: what cannot be told is said",
    { ...reset, accelerator: "kvm" },
    { kind: "reset", because: expect.stringContaining("accelerator tcg tells them apart") },
  ],
  // Panics
  [
    "pvpanic",
    { guestPanic: "reported through a pvpanic device", runState: "guest-panicked" },
    { kind: "panic", because: "QEMU said GUEST_PANICKED" },
  ],
  ["pvpanic, by the run state alone", { runState: "guest-panicked" }, { kind: "panic" }],
  ["a panic by SHUTDOWN", { shutdownReason: "guest-panic" }, { kind: "panic" }],
  [
    "a panic that resets is no reset",
    { ...reset, fatalLine: panic },
    {
      kind: "panic",
      message: panic,
      because: "the guest printed fatal output, then: SHUTDOWN guest-reset",
    },
  ],
  [
    "fatal output around a debug-exit of newer QEMU",
    { ...powerOff, ...ended(99), exitDevice: "isa-debug-exit", fatalLine: panic },
    {
      kind: "panic",
      message: panic,
      because: expect.stringMatching(/before or just after: SHUTDOWN .* so let it loop there$/),
    },
  ],
  ["a panic that powers off", { ...powerOff, fatalLine: panic }, { kind: "panic", message: panic }],
  [
    "a panic that faults",
    { ...reset, loggedTripleFault: true, fatalLine: panic },
    { kind: "panic", message: panic },
  ],
  [
    "a panic, and then a status of which nobody knows what it means",
    { ...ended(99), fatalLine: panic },
    { kind: "panic", message: panic, because: expect.stringContaining("with exit code 99") },
  ],
  [
    "a panic, and then a pass",
    { ...ended(1), fatalLine: panic, exitOutcomes: "kvm-unit-tests" },
    { kind: "panic", message: panic },
  ],
  [
    "a panic, and then a status that means a failure",
    { ...ended(99), fatalLine: panic, exitOutcomes: { fail: [49] } },
    { kind: "debug-exit", status: 49, outcome: "fail" },
  ],
  [
    "a panic, and then the end of the test",
    { killedBy: "dispose", child: { signal: "SIGKILL" }, fatalLine: panic },
    { kind: "killed", by: "dispose" },
  ],
  // Errors of the virtual machine
  [
    "KVM: internal error",
    {
      accelerator: "kvm",
      runState: "internal-error",
      stderr: "KVM internal error. Suberror: 1\nextra data\n",
    },
    { kind: "internal-error", message: "KVM internal error. Suberror: 1" },
  ],
  [
    "KVM: internal error without a word",
    { accelerator: "kvm", runState: "internal-error" },
    { kind: "internal-error", message: "kvm gave no reason" },
  ],
  ["a disk that fails", { runState: "io-error" }, { kind: "internal-error" }],
  ["an error of the host", { shutdownReason: "host-error" }, { kind: "internal-error" }],
  // The end of QEMU itself
  [
    "killed by the test",
    { killedBy: "kill()", child: { signal: "SIGKILL" } },
    { kind: "killed", by: "kill()", because: "the harness ended QEMU" },
  ],
  [
    "killed by somebody",
    { child: { signal: "SIGKILL" } },
    { kind: "killed", by: "SIGKILL, not from the harness" },
  ],
  [
    "a signal that QEMU obeys",
    { shutdownReason: "host-signal", ...ended(0) },
    { kind: "killed", by: "a signal to QEMU, not from the harness" },
  ],
  [
    "quit over QMP",
    { shutdownReason: "host-qmp-quit", ...ended(0) },
    { kind: "killed", by: "quit over QMP" },
  ],
  [
    "system_reset over QMP",
    { shutdownReason: "host-qmp-system-reset" },
    { kind: "killed", by: "system_reset over QMP (use vm.reset())" },
  ],
  [
    "a crash",
    { child: { signal: "SIGSEGV" } },
    { kind: "qemu-crash", signal: "SIGSEGV", message: "QEMU was ended by SIGSEGV" },
  ],
  [
    "a failed assertion of QEMU",
    { child: { signal: "SIGABRT" }, stderr: "qemu-system-x86_64: ../x.c:1: f: Assertion failed\n" },
    { kind: "qemu-crash", signal: "SIGABRT", message: "../x.c:1: f: Assertion failed" },
  ],
  ["an end of which nothing is known", {}, { kind: "qemu-crash" }],
];

test.each(table)("%s", (_, facts, exit) => {
  expect(classifyExit({ ...nothing, ...facts })).toMatchObject(exit);
});

test("where the guest was belongs to the exit", () => {
  const at = { cpu: 0, instructionPointer: "0x100" };
  const ends = [powerOff, reset, { ...reset, fatalLine: panic }, { runState: "internal-error" }];
  for (const facts of ends) {
    expect(classifyExit({ ...nothing, ...facts, at })).toMatchObject({ at });
  }
});

describe("QEMU's first complaint", () => {
  test.each([
    ["", undefined],
    [warning, undefined],
    [
      "ERROR: ld.so: object 'a.so' from LD_PRELOAD cannot be preloaded (gone): ignored.\n",
      undefined,
    ],
    ["(qemu-system-x86_64:7): GLib-WARNING **: 12:00:00.000: a source has gone\n", undefined],
    ["ui-ui-gtk: not found\n\n  Unable to init server: x\naudio: x\n", undefined],
    [
      `${warning}qemu-system-arm: -device x: 'x' is not valid\nmore\n`,
      "-device x: 'x' is not valid",
    ],
    ["sh: 1: exec: nothing: not found\n", "sh: 1: exec: nothing: not found"],
  ])("%j", (stderr, line) => {
    expect(firstErrorLine(stderr)).toBe(line);
  });
});
