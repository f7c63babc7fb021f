import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

const root = dirname(dirname(import.meta.dirname));

function check(...steps: string[]) {
  const script = join(root, "tools/check.ts");
  return execa(process.execPath, [script, ...steps], { cwd: root, reject: false, timeout: 30_000 });
}

test("a step that does not exist is a failure that names those that do", async () => {
  const { exitCode, stdout, stderr } = await check("everything");
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    "choose steps among kernels, package, format, types, unused, imports, style, tests: " +
      "there is no everything",
  );
  expect(stdout).toBe("0 passed, 1 failed");
});

test("steps are told with their verdicts, and the counts come last", async () => {
  const { exitCode, stdout } = await check("imports");
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^(?:ok {4}|FAILED) imports \(import boundaries\), \d+\.\d s$/);
  expect(lines.at(-1)).toBe(exitCode === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
});
