/**
 * `npm run generate:qmp`: writes the types of QMP in `harness/qmp/generated/`, from what every
 * installed QEMU says about itself. Types are for the oldest QEMU that is supported.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { askSchemas, installedPrograms } from "./qmp-types/ask-schemas.ts";
import { generateTypes } from "./qmp-types/generate.ts";

const root = dirname(import.meta.dirname);
const folder = join(root, "harness", "qmp", "generated");

const schemas = await askSchemas(await installedPrograms());
const files = await generateTypes(schemas);
await mkdir(folder, { recursive: true });
for (const [name, text] of files) await writeFile(join(folder, name), text);
console.log(
  `${files.size} files from QEMU ${schemas.version} for ${schemas.entities.size} targets`,
);
