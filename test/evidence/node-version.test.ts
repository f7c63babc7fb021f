import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { checkNodeVersion, oldestNode } from "../../harness/evidence/node-version.ts";

test("an older Node is refused with the version that is needed", () => {
  for (const version of ["v18.0.0", "v20.20.2", "v22.11.9", "v22.9.0"]) {
    expect(() => checkNodeVersion(version)).toThrow(HostError);
    expect(() => checkNodeVersion(version)).toThrow(
      `install Node ${oldestNode} or newer: this is ${version}\n  to mend it: `,
    );
  }
});

test("newer ones are taken", () => {
  for (const version of ["v22.12.0", "v22.20.1", "v24.0.0", "v26.1.0", "v24.0.0-nightly2025"]) {
    expect(() => checkNodeVersion(version)).not.toThrow();
  }
});

test("package.json asks for the same", () => {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  expect(JSON.parse(manifest).engines.node).toBe(`>=${oldestNode}`);
});
