/** The generated types, and what is known without asking, against every QEMU of this computer. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { coreCommands, coreOutOfBandCommands } from "../../harness/qmp/availability.ts";
import { QmpSchema } from "../../harness/qmp/schema.ts";
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
  for (const program of await installedPrograms()) {
    // Debian builds this one for KVM alone: without that it does not start.
    if (targetOf(program) === "x86_64-microvm" && !existsSync("/dev/kvm")) continue;
    schemas.set(program, await askSchema(program));
  }
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

describe("what every QEMU has", () => {
  const core = [
    ...Object.entries(coreCommands).map(([name, takes]) => ({ name, takes, outOfBand: false })),
    ...Object.entries(coreOutOfBandCommands).map(([name, takes]) => ({
      name,
      takes,
      outOfBand: true,
    })),
  ];
  test.each(core)("includes $name", ({ name, takes, outOfBand }) => {
    for (const [program, { entities }] of schemas) {
      const schema = new QmpSchema(entities);
      expect(schema.lack(name, undefined, outOfBand), program).toBeUndefined();
      for (const argument of takes) expect(schema.has(name, argument), argument).toBe(true);
    }
  });
});
