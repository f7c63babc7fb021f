import { expect, test } from "vitest";
import { evidenceName } from "../../harness/vitest/evidence-name.ts";

const task = {
  name: "reaches the shell",
  id: "-1802842924_0_3",
  file: { filepath: "/project/test/boot.test.ts" },
};

test("a name of evidence can be read, and is a path below the run", () => {
  expect(evidenceName(task, "/project")).toBe("test-boot.test.ts/reaches-the-shell-1802842924_0_3");
  expect(evidenceName(task, "/project/")).toMatch(/^test-boot\.test\.ts\//);
  expect(evidenceName(task, "/elsewhere")).toMatch(/^project-test-boot\.test\.ts\//);
  expect(evidenceName({ ...task, name: "../../etc/passwd" }, "/project")).toBe(
    "test-boot.test.ts/etc-passwd-1802842924_0_3",
  );
  expect(evidenceName({ ...task, name: "起動する" }, "/project")).toMatch(
    /\/起動する-1802842924_0_3$/,
  );
  const nul = { filepath: "/project/nul.test.ts" };
  expect(evidenceName({ ...task, file: nul }, "/project")).toMatch(/^_nul\.test\.ts\//);
});

test("attempts at one test have names of their own", () => {
  const names = [
    {},
    { retryCount: 1 },
    { repeatCount: 1 },
    { repeatCount: 1, retryCount: 10 },
    { repeatCount: 11, retryCount: 0 },
  ].map((result) => evidenceName({ ...task, result }, "/project"));
  expect(new Set(names).size).toBe(names.length);
  expect(names[1]).toBe(`${names[0]}-retry1`);
});

test("a long name is cut, and still unique by the id of the test", () => {
  const long = evidenceName({ ...task, name: "x".repeat(500) }, "/project");
  expect(long).toMatch(/^test-boot\.test\.ts\/x{60}-1802842924_0_3$/);
});

test("every part is a name that file systems take, whatever the script", () => {
  const name = "\u{2f81a}".repeat(300);
  const file = { filepath: `/project/${"\u{20000}".repeat(60)}.test.ts` };
  const parts = evidenceName({ ...task, name, file }, "/project").split("/");
  expect(parts).toHaveLength(2);
  for (const part of parts) expect(Buffer.byteLength(`${part}-retry10`)).toBeLessThan(255);
});
