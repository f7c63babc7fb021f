/** The generated types, against every QEMU of this computer. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import {
  askSchema,
  type Entities,
  installedPrograms,
  targetOf,
} from "../../tools/qmp-types/ask-schemas.ts";
import { generateTypes, originOf } from "../../tools/qmp-types/generate.ts";

const folder = join(import.meta.dirname, "..", "..", "harness", "qmp", "generated");
/** Two dozen QEMUs, one after the other, on a computer that may be busy. */
const askingLimitMs = 300_000;

const schemas = new Map<string, { version: string; entities: Entities }>();

beforeAll(async () => {
  for (const program of await installedPrograms()) schemas.set(program, await askSchema(program));
}, askingLimitMs);

test("are what generating them again gives", async ({ skip }) => {
  const committed = new Map<string, string>();
  for (const name of await readdir(folder)) {
    committed.set(name, await readFile(join(folder, name), "utf8"));
  }
  const { version, targets } = originOf(committed.get("commands.ts") ?? "");
  const programs = [...schemas.keys()].filter((program) => targets.includes(targetOf(program)));
  const versions = new Set(programs.map((program) => schemas.get(program)?.version));
  if (programs.length < targets.length || [...versions].join() !== version) {
    const found = [...versions].join(" and ");
    skip(`they are from QEMU ${version} for ${targets}; here is ${found} for ${programs.length}`);
  }
  const entities = new Map(
    programs.map((program) => [targetOf(program), schemas.get(program)?.entities ?? []]),
  );
  const generated = await generateTypes({ version, entities });
  expect(Object.fromEntries(generated)).toEqual(Object.fromEntries(committed));
});
