import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { modulesAreCurrent } from "../../tools/setup/modules.mjs";

const wanted = {
  "": { name: "project" },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/elsewhere": { version: "1.0.0", optional: true, os: ["plan9"] },
};
const installed = { "node_modules/a": wanted["node_modules/a"] };

/** Whether a tree with these records and files counts as current. */
function judge(record: unknown, files: readonly string[] = ["node_modules/a/package.json"]) {
  const root = mkdtempSync(join(tmpdir(), "bringup-modules-"));
  try {
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    write("package-lock.json", JSON.stringify({ packages: wanted }));
    for (const file of files) write(file, "{}");
    if (record !== undefined) {
      write("node_modules/.package-lock.json", JSON.stringify({ packages: record }));
    }
    return modulesAreCurrent(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test("what the lockfile asks for is current, with or without more", () => {
  expect(judge(installed)).toBe(true);
  expect(judge({ ...installed, "node_modules/extra": { version: "1.0.0" } })).toBe(true);
});

test.each([
  ["no record, as after an interrupted installation", undefined],
  ["a package is missing", {}],
  ["another version", { "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }],
  ["other content", { "node_modules/a": { version: "1.0.0", integrity: "sha512-b" } }],
  [
    "binaries of another platform",
    { ...installed, "node_modules/elsewhere": { version: "1.0.0", os: ["plan9"] } },
  ],
])("not current: %s", (_name, record) => {
  expect(judge(record)).toBe(false);
});

test("a package whose directory was deleted is not current", () => {
  expect(judge(installed, [])).toBe(false);
});
