import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { styleViolations } from "../../tools/check-style.ts";
import { formatViolations, readSourceFiles } from "../../tools/source-files.ts";

/** The breaches in one file, next to a room and its test, which are in order. */
function judge(path: string, text: string): string[] {
  const files = [
    { path: "harness/qmp/index.ts", text: "" },
    { path: "test/qmp/index.test.ts", text: "" },
    { path, text },
  ];
  return styleViolations(files).map(({ line, rule }) => `${line} ${rule}`);
}

const room = "harness/qmp/a.ts";
const spec = "test/qmp/a.test.ts";
const statements = (count: number) => "  call();\n".repeat(count);

describe("a breach", () => {
  test.each([
    ["a long file", room, "call();\n".repeat(251), "251 file-length"],
    ["a long function", room, `\nfunction a() {\n${statements(59)}}\n`, "2 function-length"],
    ["a long method", room, `class A {\n  a() {\n${statements(59)}}\n}\n`, "2 function-length"],
    [
      "a long C function",
      "kernels/a.c",
      `int a(void)\n{\n${statements(58)}}\n`,
      "1 function-length",
    ],
    ["a long line", room, `// ${"x".repeat(98)}\n`, "1 line-length"],
    ["a long line of assembly", "kernels/a.S", `${"x".repeat(101)}\n`, "1 line-length"],
    ["a name that says nothing", "harness/qmp/wire-utils.ts", "", "1 names"],
    ["a folder that says nothing", "harness/qmp/common/a.ts", "", "1 names"],
    ["a promise to finish", room, `// TO${"DO"}: later\n`, "1 unfinished"],
    ["a promise in prose", "docs/a.md", `\nFIX${"ME"}\n`, "2 unfinished"],
    ["a path of one machine", "docs/a.md", `cd /ho${"me/ada"}/kernel\n`, "1 machine-path"],
    ["a registry", "docs/a.md", `https://registry.npm${"js"}.org\n`, "1 registry"],
    [
      "a registry in the lockfile",
      "package-lock.json",
      '\n"resolved": "https://x/"\n',
      "2 registry",
    ],
    ["a way round the one outlet", room, "process.stderr.write(name);\n", "1 terminal"],
    ["raw words to vitest's logger", room, "vitest.logger.error(name);\n", "1 terminal"],
    ["a timer of Node's", room, "const timer = setTimeout(act, 10);\n", "1 timers"],
    ["a clock of Node's", room, "const now = performance.now();\n", "1 timers"],
    ["a sleep", spec, "await new Promise((resolve) => setTimeout(resolve, 10));\n", "1 sleep"],
    ["a sleep in a block", spec, "new Promise((done) => { setTimeout(done, 1); });\n", "1 sleep"],
    ["an imported sleep", room, 'import { setTimeout } from "node:timers/promises";\n', "1 sleep"],
    ["a promisified sleep", room, "const a = promisify(setTimeout);\n", "1 sleep"],
    ["a focused test", spec, 'test.only("a", () => {});\n', "1 focus"],
    ["a focused group", spec, 'describe.concurrent.only("a", () => {});\n', "1 focus"],
    ["a skipped test", spec, '\ntest.skip("a", () => {});\n', "2 skip"],
    ["a conditional test", spec, 'it.runIf(here)("a", () => {});\n', "1 skip"],
    ["a test of no room", "test/nothing/a.test.ts", "", "1 mirror"],
    ["a test in no folder", "test/a.test.ts", "", "1 mirror"],
    ["a room without tests", "harness/serial/a.ts", "", "1 mirror"],
  ])("%s", (_name, path, text, expected) => {
    expect(judge(path, text)).toEqual([expected]);
  });
});

describe("no breach", () => {
  test.each([
    ["a test that is shown to visitors", "demo/a.test.ts", ""],
    ["a file at the limit", room, "call();\n".repeat(250)],
    ["a function at the limit", room, `function a() {\n${statements(58)}}\n`],
    ["a long group of tests", spec, `describe("a", () => {\n${statements(80)}});\n`],
    [
      "C functions and prototypes",
      "kernels/a.c",
      `int a(void);\n${"int b(void) {\n}\n".repeat(70)}`,
    ],
    ["a long line with a URL", room, `// https://example.org/${"x".repeat(98)}\n`],
    ["whole output in a template", room, `const a = \`\n${"x".repeat(120)}\n\`;\n`],
    ["a long line of prose", "docs/a.md", `${"x ".repeat(98)}\n`],
    ["a generated file", room, `// Generated from a.json.\n${"call();\n".repeat(300)}`],
    ["a breach on purpose", spec, '// style-allow skip: no KVM here\ntest.skip("a", () => {});\n'],
    ["a limit that is no sleep", spec, "new Promise((_, fail) => setTimeout(fail, 10));\n"],
    ["a timer with work", spec, "setTimeout(() => work(), 10);\n"],
    ["somebody else's only", spec, "options.only = true; context.skip();\n"],
    ["a test of the tools", "test/tools/a.test.ts", ""],
  ])("%s", (_name, path, text) => {
    expect(judge(path, text)).toEqual([]);
  });

  test("an allowance without a reason allows nothing", () => {
    const text = '// style-allow skip:\ntest.skip("a", () => {});\n';
    expect(judge(spec, text)).toEqual(["2 skip"]);
  });
});

test("no text of a document throws", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.constantFrom("a.md", "a.c"), (text, name) => {
      expect(() => judge(`docs/${name}`, text)).not.toThrow();
    }),
  );
});

test("a work tree is read as git sees it", async () => {
  const root = mkdtempSync(join(tmpdir(), "bringup-style-"));
  try {
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    execFileSync("git", ["init", "--quiet"], { cwd: root });
    write(".gitignore", "dist/\n");
    write("dist/utils.ts", "");
    write("docs/misc.md", "");
    write("docs/page.md", `\nXX${"X"}\n`);
    write("docs/picture.png", `XX${"X"}`);
    const violations = styleViolations(await readSourceFiles(root));
    expect(formatViolations(violations)).toMatchInlineSnapshot(`
      "docs/misc.md:1  names  "misc" says nothing about the content: name it after what it holds
      docs/page.md:2  unfinished  finish it now, or leave it out"
    `);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
