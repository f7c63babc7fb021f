/** TypeScript blocks of the documentation as files. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildKernels, kernelPath } from "../../kernels/build.ts";
import type { KernelTarget } from "../../kernels/targets.ts";
import type { ExampleProject } from "./example-project.ts";
import { type CodeBlock, directiveValue, listPages, readPage, slugOf } from "./markdown.ts";

/** What becomes of a block: it is run and must pass, or fail, or is a script; else only checked. */
const kinds = ["run", "fails", "script"] as const;

/** A block that is executed, with the kernel that it finds as `build/kernel.elf`. */
export interface Example {
  readonly kind: (typeof kinds)[number];
  readonly kernel: string;
  readonly block: CodeBlock;
  /** The block that shows what it prints, if there is one. */
  readonly shown: CodeBlock | undefined;
}

/** Every block of TypeScript in every page. */
export function typeScriptBlocks(): CodeBlock[] {
  return listPages().flatMap((path) =>
    readPage(path).blocks.filter(({ language }) => language === "ts"),
  );
}

/** Every block that is executed. @throws `Error` for a directive that is not known. */
export function listExamples(): Example[] {
  return listPages().flatMap((path) => {
    const { blocks } = readPage(path);
    return blocks.flatMap((block, index): Example[] => {
      const kind = kinds.find((one) => one === block.directive[0]);
      if (block.language !== "ts" || kind === undefined) return [];
      const kernel = directiveValue(block, "kernel");
      if (kernel === undefined) throw new Error(`${path}:${block.line}: which kernel?`);
      const next = blocks[index + 1];
      const shown = next?.directive[0] === "output" ? next : undefined;
      return [{ kind, kernel, block, shown }];
    });
  });
}

/** A block as a module of its own: one without imports stands in the body of a test. */
export function moduleText({ page, line, text }: CodeBlock): string {
  if (/^import /m.test(text)) return text;
  const indented = text.replaceAll(/^(?=.)/gm, "  ");
  const title = JSON.stringify(`${page}:${line}`);
  return (
    'import { expect, test } from "bringup";\n\n' +
    `test(${title}, async ({ boot }) => {\n${indented}  expect(boot).toBeDefined();\n});\n`
  );
}

/** Every example runs in its own directory, and all of a kind in one process: that is faster. */
const configuration = `
  import { bringup } from "bringup/vitest";

  export default {
    plugins: [bringup({ machine: { kernel: "build/kernel.elf" } })],
    test: { isolate: false, maxWorkers: 2, setupFiles: ["./enter-directory.ts"] },
  };
`;
const enterDirectory = `
  import { dirname } from "node:path";
  import { expect } from "vitest";

  process.chdir(dirname(expect.getState().testPath));
`;

/** Writes the examples of one kind into a directory, each with its kernel as `build/kernel.elf`. */
export async function writeExamples(
  project: ExampleProject,
  kind: Example["kind"],
): Promise<readonly Example[]> {
  const examples = listExamples().filter((example) => example.kind === kind);
  await buildKernels({ names: [...new Set(examples.map(({ kernel }) => kernel))] });
  project.write(`${kind}/vitest.config.ts`, configuration);
  project.write(`${kind}/enter-directory.ts`, enterDirectory);
  for (const { block, kernel } of examples) {
    project.write(examplePath(kind, block), moduleText(block));
    project.write(`${kind}/${kernel}/Makefile`, "all: build/kernel.elf\n");
    const build = join(project.root, kind, kernel, "build");
    mkdirSync(build, { recursive: true });
    const target = directiveValue(block, "target") as KernelTarget | undefined;
    copyFileSync(kernelPath(kernel, target), join(build, "kernel.elf"));
  }
  return examples;
}

/** Path of an example below the project. */
export function examplePath(kind: Example["kind"], block: CodeBlock): string {
  const extension = kind === "script" ? "ts" : "test.ts";
  return `${kind}/${directiveValue(block, "kernel")}/${slugOf(block)}.${extension}`;
}
