import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeFrame } from "../../harness/guest/index.ts";
import { temporaryDirectory } from "./clang.ts";

async function project(content: string): Promise<{ directory: string; file: string }> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "source"));
  const file = join(directory, "source", "paging.c");
  await writeFile(file, content);
  return { directory, file };
}

const source = [
  "void map_kernel(void)",
  "{",
  "\tint level = 4;",
  "\twhile (level)",
  "\t\t*entry = level--;\t/* here */",
  "}",
  "",
  "int unrelated;",
].join("\n");

test("two lines around, the place marked, tabs expanded, the name relative", async () => {
  const { directory, file } = await project(source);
  const frame = await codeFrame(file, 5, { workingDirectory: directory });
  expect(frame.file).toBe("source/paging.c");
  expect(frame.note).toBeUndefined();
  expect(`\n${frame.text}\n`).toBe(`
  3 |     int level = 4;
  4 |     while (level)
> 5 |         *entry = level--;   /* here */
  6 | }
  7 |
`);
});

test("the first and the last line, more or fewer lines around, wider numbers", async () => {
  const { file } = await project(
    Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join("\r\n"),
  );
  expect((await codeFrame(file, 1, { around: 1 })).text).toBe("> 1 | line 1\n  2 | line 2");
  expect((await codeFrame(file, 10, { around: 1 })).text).toBe(
    "   9 | line 9\n> 10 | line 10\n  11 | line 11",
  );
  expect((await codeFrame(file, 12, { around: 0 })).text).toBe("> 12 | line 12");
});

test("a relative name is looked for in the directories, in order", async () => {
  const { directory } = await project(source);
  const directories = [join(directory, "nowhere"), directory];
  const frame = await codeFrame("source/paging.c", 1, { around: 0, directories });
  expect(frame.text).toBe("> 1 | void map_kernel(void)");
});

test("a file outside the working directory keeps its full name", async () => {
  const { directory, file } = await project(source);
  const workingDirectory = join(directory, "source", "elsewhere");
  expect((await codeFrame(file, 1, { workingDirectory })).file).toBe(file);
});

describe("what cannot be shown says why", () => {
  test("missing, a directory, a line that is not there", async () => {
    const { directory, file } = await project(source);
    const options = { workingDirectory: directory };
    const missing = join(directory, "gone.c");
    expect(await codeFrame(missing, 1, options)).toEqual({
      file: "gone.c",
      note: "gone.c could not be read",
    });
    expect((await codeFrame(directory, 1, options)).note).toBe(`${directory} could not be read`);
    for (const line of [0, 9, 1.5, Number.NaN]) {
      const frame = await codeFrame(file, line, options);
      expect(frame).toEqual({
        file: "source/paging.c",
        note: `source/paging.c has no line ${line}`,
      });
    }
  });

  test("a source newer than the kernel", async () => {
    const { directory, file } = await project(source);
    await utimes(file, 2000, 2000);
    const options = { workingDirectory: directory };
    const newer = await codeFrame(file, 5, { ...options, builtAtMs: 1_999_000 });
    expect(newer).toEqual({
      file: "source/paging.c",
      note: "source/paging.c was changed after the kernel was built, so its lines are not shown",
    });
    expect((await codeFrame(file, 5, { ...options, builtAtMs: 2_001_000 })).text).toContain(
      "> 5 |",
    );
  });

  test("a source of five megabytes", async () => {
    const { file } = await project("x".repeat(5 * 1024 * 1024));
    expect((await codeFrame(file, 1)).note).toMatch(/is too large to show \(5242880 bytes\)$/);
  });
});

test("no control character reaches the terminal, and no line is endless", async () => {
  const { directory, file } = await project("");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(0x2ff), { maxLength: 400 }), async (codes) => {
      await writeFile(file, String.fromCharCode(...codes));
      const { text } = await codeFrame(file, 1, { workingDirectory: directory });
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      for (const line of text?.split("\n") ?? []) expect(line.length).toBeLessThan(700);
    }),
    { numRuns: 50 },
  );
});
