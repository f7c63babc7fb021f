/** Boot modules: files that the boot loader puts into memory beside the kernel. */
import { rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { SpecError } from "../../evidence/index.ts";
import { escapeComma } from "../drive-arguments.ts";
import type { DetectedImage } from "../image-types.ts";
import type { MachineSpec } from "../spec.ts";
import { existing } from "./existing.ts";

/** A module with nothing left to decide. */
export interface PlannedModule {
  /** Absolute path. */
  readonly file: string;
  readonly commandLine: string | undefined;
  /** The field that named the file, and the one that has its command line, for messages. */
  readonly field: string;
  readonly commandLineField: string;
}

/**
 * The modules of a kernel whose boot protocol has them; `initrd` is the first one.
 * @throws `SpecError` naming the field whose file cannot be read.
 */
export async function planModules(
  spec: Pick<MachineSpec, "initrd" | "modules">,
): Promise<PlannedModule[]> {
  const modules = (spec.modules ?? []).map((module, index) => {
    const given = typeof module === "string" ? { file: module } : module;
    const field = typeof module === "string" ? `modules[${index}]` : `modules[${index}].file`;
    return { ...given, field, commandLineField: `modules[${index}].commandLine` };
  });
  const first = { file: spec.initrd ?? "", field: "initrd", commandLineField: "initrd" };
  return await Promise.all(
    (spec.initrd === undefined ? modules : [first, ...modules]).map(async (module) => ({
      commandLine: undefined,
      ...module,
      file: await existing(module.field, module.file),
    })),
  );
}

/** Whether QEMU itself loads the kernel by Multiboot 1. */
export function isMultiboot1(image: DetectedImage): boolean {
  if (image.kind === "multiboot-binary") return true;
  return image.kind === "elf" && /^multiboot(-as-elf32)?$/.test(image.bootable ?? "");
}

/**
 * The modules as `-initrd` of QEMU's Multiboot loader takes them: a comma parts them unless it is
 * doubled, and a space ends a file's name and begins its arguments (hw/i386/multiboot.c).
 */
export async function multiboot1Modules(
  modules: readonly PlannedModule[],
  directory: string,
): Promise<string | undefined> {
  if (modules.length === 0) return undefined;
  const words = await Promise.all(
    modules.map(async (module, index) => {
      const file = await withoutSpaces(module, index, directory);
      const { commandLine } = module;
      return escapeComma(commandLine === undefined ? file : `${file} ${commandLine}`);
    }),
  );
  return words.join(",");
}

async function withoutSpaces(
  { file, field }: PlannedModule,
  index: number,
  directory: string,
): Promise<string> {
  if (!file.includes(" ")) return file;
  const link = join(directory, `${index}-${basename(file).replaceAll(" ", "-")}`);
  if (link.includes(" ")) {
    throw new SpecError(
      field,
      `${file} has a space, where QEMU's Multiboot loader ends the file's name; ` +
        "move it, or set BRINGUP_EVIDENCE to a directory without spaces",
    );
  }
  await rm(link, { force: true });
  await symlink(file, link);
  return link;
}
