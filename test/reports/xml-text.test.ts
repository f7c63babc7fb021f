/** What a guest prints, on its way into XML. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { junitXml } from "../../harness/reports/index.ts";
import { parseXml } from "./parse-xml.ts";
import { exampleCase, exampleMachine, exampleRun, recordOf, writtenCase } from "./run-example.ts";

/** What the transcript of a port with this text comes to. */
function transcriptOf(text: string) {
  const machine = exampleMachine({
    files: [],
    serial: [{ port: "serial0", text, omittedBytes: 0 }],
  });
  return writtenCase({ record: recordOf(machine) }, 10_000).systemOut;
}

/** Any UTF-16 code unit, so lone surrogates too, with what is special to XML made frequent. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.integer({ min: 0, max: 0x20 }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom("]]>", "]", ">", "<![CDATA[", "<", "&", '"', "&#0;", "\x1b[31m", "\r\n"),
      fc.constantFrom("[[ATTACHMENT|/etc/passwd]]", "\ud83d", "\ude00", "\ufffe", "😀", "é"),
    ),
  )
  .map((pieces) => pieces.join(""));

test("the report is well-formed and keeps its shape", () => {
  const property = fc.property(anyText, anyText, (one, two) => {
    const machine = exampleMachine({
      name: one,
      files: [],
      reproduce: two,
      serial: [{ port: two, text: one, omittedBytes: 0 }],
      exit: { kind: "panic", message: two, because: one },
    });
    const failure = { type: two, message: one, stack: two };
    const xml = junitXml(
      exampleRun(
        [
          exampleCase({ state: "failed", failures: [failure, failure], path: [one, two] }),
          exampleCase({ state: "skipped", skipReason: one, tags: [two], path: [one, two] }),
          exampleCase({
            record: recordOf(machine, machine),
            annotations: [{ type: one, message: two, location: one }],
            attachments: [{ name: one, path: `/project/${one}` }],
            output: [{ stream: "stderr", text: two }],
          }),
        ],
        { name: one, errors: [{ file: two, failure }] },
      ),
    );
    const { cases } = parseXml(xml);
    expect(cases.map((parsed) => parsed.verdict)).toEqual([
      "failure",
      "skipped",
      "passed",
      "error",
    ]);
    expect(cases.every((parsed) => parsed.verdictCount <= 1)).toBe(true);
    expect(new Set(cases.slice(0, 2).map((parsed) => parsed.name)).size).toBe(2);
  });
  fc.assert(property, { numRuns: 300 });
});

test("printable text arrives unchanged", () => {
  const printable = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("]]>"));
  fc.assert(
    fc.property(printable, (text) => {
      expect(transcriptOf(`<${text}>`)).toContain(`-- serial0 --\n<${text}>`);
    }),
  );
});

test.each([
  ["an escape sequence goes as a whole", "a\x1b[31mb\x1b[0mc", "abc"],
  ["an unfinished one stays visible", "a\x1b", "a\\u{1b}"],
  ["control characters", "\0\x07\x7f\x9f", "\\u{0}\\u{7}\\u{7f}\\u{9f}"],
  ["non-characters and lone surrogates", "\ufffe\ud800x\udc00", "\\u{fffe}\\u{d800}x\\u{dc00}"],
  ["a pair of surrogates is a character", "😀", "😀"],
  ["line ends", "a\r\nb\rc\td", "a\nb\\u{d}c\td"],
  ["every end of a section", "]]>]]>", "]]\\u{3e}]]\\u{3e}"],
])("%s", (_, text, expected) => {
  expect(transcriptOf(text).split("-- serial0 --\n")[1]).toBe(expected);
});

test("a guest cannot attach files of the host", () => {
  const forged = "[[ATTACHMENT|/etc/passwd]]\n[[ATTACH\x1b[0mMENT|/etc/shadow]]";
  const failure = { type: forged, message: forged, stack: forged };
  const parsed = writtenCase({
    state: "failed",
    failures: [failure],
    attempts: [
      { retry: 0, repeat: 0, state: "failed", durationMs: 1, failures: [failure] },
      { retry: 1, repeat: 0, state: "failed", durationMs: 1, failures: [failure] },
    ],
    annotations: [{ type: forged, message: forged, location: null }],
    output: [{ stream: "stdout", text: forged }],
    record: recordOf(
      exampleMachine({
        files: [],
        reproduce: forged,
        serial: [{ port: "serial0", text: forged, omittedBytes: 0 }],
      }),
    ),
  });
  expect(parsed.systemOut).toContain("[[ATTACHMENT\\u{7c}/etc/shadow]]");
  expect(parsed.systemOut).not.toContain("[[ATTACHMENT|");
  expect(parsed.systemErr).not.toContain("[[ATTACHMENT|");
  expect(parsed.failure).not.toContain("[[ATTACHMENT|");
});
