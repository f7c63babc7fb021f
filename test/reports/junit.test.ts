/** The JUnit writer on plain data. */
import { describe, expect, test } from "vitest";
import { junitXml } from "../../harness/reports/index.ts";
import { parseXml } from "./parse-xml.ts";
import { exampleCase, exampleMachine, exampleRun, recordOf, writtenCase } from "./run-example.ts";

const options = { attachmentRoot: "/project", transcriptSizeBytes: 64 };

test("a run with two machines reads as the report beside this file", async () => {
  const died = exampleMachine({
    name: "boot-2",
    kernel: null,
    exit: {
      kind: "debug-exit",
      status: 3,
      outcome: "fail",
      because: "exit code 7",
      at: { cpu: 0, instructionPointer: "0x10002c", symbol: "main", file: "main.c", line: 41 },
    },
    findings: [{ kind: "dead-halt", because: "HLT with interrupts off" }],
    serial: [{ port: "serial0", text: "\x1b[31mred\x1b[0m\r\nbell\x07\ufffe]]>", omittedBytes: 9 }],
  });
  const failed = exampleCase({
    path: ["boot", "two machines"],
    state: "failed",
    failures: [{ type: "TimeoutError", message: "timed out\nwaiting", stack: "    at boot.c:1:2" }],
    attempts: [],
    record: recordOf(exampleMachine(), died),
    tags: ["slow", "net"],
    annotations: [{ type: "notice", message: "look here", location: "boot.test.ts:3:1" }],
    attachments: [
      { name: "screen", path: "/project/shots/screen.png" },
      { name: "elsewhere", path: "/tmp/dump.bin" },
      { name: "the web", path: "https://example.org/log" },
      { name: "inline", path: null },
    ],
    output: [
      { stream: "stdout", text: "out\n" },
      { stream: "stderr", text: "err\n" },
    ],
  });
  const xml = junitXml(exampleRun([exampleCase(), failed], { reason: "failed" }), options);
  await expect(xml).toMatchFileSnapshot("expected/two-machines.xml");
});

describe("the transcript", () => {
  test("is cut at the front, between characters, and says so", () => {
    const machine = exampleMachine({
      serial: [
        { port: "serial0", text: `${"a".repeat(30)}é${"b".repeat(63)}`, omittedBytes: 1000 },
      ],
    });
    const { systemOut } = writtenCase({ record: recordOf(machine) });
    // 64 bytes back from the end lies inside the two bytes of "é", which therefore goes.
    expect(systemOut).toContain(
      "-- serial0 (1032 bytes before this left out; all of it: " +
        "/project/.bringup/boot-1/serial0.log) --\n" +
        `${"b".repeat(63)}\n`,
    );
  });

  test("of the console is cut as well", () => {
    const text = `${"a".repeat(100)}${"b".repeat(64)}`;
    const { systemErr } = writtenCase({ output: [{ stream: "stderr", text }] });
    expect(systemErr).toBe(`-- stderr (100 bytes before this left out) --\n${"b".repeat(64)}`);
  });

  test("of attempts that were retried stands in system-err", () => {
    const failures = [{ type: "Error", message: "first try", stack: "" }];
    const port = (text: string) => [{ port: "serial0", text, omittedBytes: 0 }];
    const parsed = writtenCase({
      flaky: true,
      attempts: [
        { retry: 0, repeat: 0, state: "failed", durationMs: 1, failures },
        { retry: 1, repeat: 0, state: "passed", durationMs: 1, failures: [] },
      ],
      record: {
        attempts: [
          { retry: 0, repeat: 0, machines: [exampleMachine({ serial: port("old") })] },
          { retry: 1, repeat: 0, machines: [exampleMachine({ serial: port("new") })] },
        ],
      },
    });
    expect(parsed.properties).toMatchObject({
      flaky: "true",
      retries: "1",
      "exit.kind": "power-off",
    });
    expect(parsed.systemErr).toMatch(/^attempt 1 of 2 failed and was retried\nError: first try\n/);
    expect(parsed.systemErr).toContain("old");
    expect(parsed.systemOut).toContain("new");
    expect(parsed.systemOut).not.toContain("old");
  });
});

describe("attachments", () => {
  const lineOf = (path: string) => writtenCase({ attachments: [{ name: "file", path }] }).systemOut;

  test("inside the workspace are relative to it, others absolute", () => {
    expect(lineOf("/project/a/b c.png")).toBe("[[ATTACHMENT|a/b c.png]]");
    expect(lineOf("/projects/b.png")).toBe("[[ATTACHMENT|/projects/b.png]]");
  });

  test.each(["/project/a|b", "/project/a]]b", "/project/a\nb", "/project/a\x01b", "https://x/y"])(
    "a path that the notation cannot carry is a plain line: %j",
    (path) => {
      expect(lineOf(path)).toMatch(/^attachment: /);
    },
  );
});

describe("a run that did not pass is never green", () => {
  const verdicts = (xml: string) => parseXml(xml).cases.map((parsed) => parsed.verdict);

  test("when it was interrupted before anything failed", () => {
    const cases = [exampleCase(), exampleCase({ state: "not-run", skipReason: "never ran" })];
    const xml = junitXml(exampleRun(cases, { reason: "interrupted" }));
    expect(verdicts(xml)).toEqual(["passed", "skipped", "error"]);
    expect(parseXml(xml).cases.at(-1)?.reason).toBe(
      "the run stopped before it was complete: 1 of 2 cases have no verdict",
    );
  });

  test("but what failed is not reported a second time", () => {
    const failed = exampleCase({ state: "failed" });
    expect(verdicts(junitXml(exampleRun([failed], { reason: "failed" })))).toEqual(["failure"]);
  });

  test("and a run that passed gets nothing added", () => {
    expect(verdicts(junitXml(exampleRun([exampleCase()])))).toEqual(["passed"]);
  });
});

test.for([
  ["boot.test.ts", "", "boot-test"],
  ["exercises/ex1/boot.test.ts", "", "exercises.ex1.boot-test"],
  ["kernel-6.12/serial.spec.mjs", "kvm", "kvm.kernel-6-12.serial-spec"],
  ["tests/v1.2.js", "a.b", "a-b.tests.v1-2"],
  ["../other/boot.tests.tsx", "", "--.other.boot-tests"],
  ["exercises/ex1/boot.test.ts", "ex1", "exercises.ex1.boot-test"],
  ["exercises/ex1/boot.test.ts", "ex", "ex.exercises.ex1.boot-test"],
] as const)("the class of %s is no .ts for Jenkins", ([file, project, className]) => {
  const run = exampleRun([exampleCase()]);
  const suites = run.suites.map((suite) => ({ ...suite, file, project }));
  const { cases } = parseXml(junitXml({ ...run, suites }));
  expect(cases.map((one) => one.className)).toEqual([className]);
});

test("a file of several projects has the name of each in front", () => {
  const run = exampleRun([exampleCase()]);
  const suites = ["ex1", "exercises"].flatMap((project) =>
    run.suites.map((suite) => ({ ...suite, file: "exercises/ex1/boot.test.ts", project })),
  );
  const { cases } = parseXml(junitXml({ ...run, suites }));
  const end = "exercises.ex1.boot-test";
  expect(cases.map((one) => one.className)).toEqual([`ex1.${end}`, `exercises.${end}`]);
});

test("names that look the same are told apart, since some readers drop the second", () => {
  const cases = ["boot", "boot", "\x1b[1mboot"].map((name) => exampleCase({ path: [name] }));
  const { cases: parsed } = parseXml(junitXml(exampleRun(cases)));
  expect(parsed.map(({ name }) => name)).toEqual(["boot", "boot [2]", "boot [3]"]);
});

test("reports of one process do not run into each other", () => {
  const run = exampleRun([exampleCase()]);
  expect(junitXml(run)).toBe(junitXml(run));
});
