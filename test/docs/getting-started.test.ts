/** The page "getting started", followed step by step as a reader would. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkShown, ExampleProject, type ProgramResult } from "./example-project.ts";
import { type CodeBlock, readPage } from "./markdown.ts";

const limitMs = 120_000;

let project: ExampleProject;

beforeAll(async () => {
  project = await ExampleProject.create();
}, limitMs);

afterAll(() => project[Symbol.dispose]());

/** Puts a function in the place of the one of the same name. */
function replaceFunction(path: string, name: string, text: string): void {
  const file = join(project.root, path);
  const source = readFileSync(file, "utf8");
  const old = new RegExp(`^\\w[^\\n]*\\b${name}\\([^]*?^}\\n`, "m");
  expect(source).toMatch(old);
  project.write(
    path,
    source.replace(old, () => text),
  );
}

/** One block of the page; gives what it printed, if it was run. */
async function follow(block: CodeBlock): Promise<ProgramResult | undefined> {
  const [action, ...words] = block.directive;
  switch (action) {
    case "file":
      project.write(words[0] ?? "", block.text);
      return undefined;
    case "replace":
      replaceFunction(words[0] ?? "", words[1] ?? "", block.text);
      return undefined;
    case "execute": {
      // Under TCG a triple fault keeps its registers on every computer.
      const variables = { BRINGUP_ACCELERATOR: "tcg" };
      const result = await project.run("sh", ["-e", "-c", block.text], ".", variables);
      if (words[0] === "fails") expect(result.exitCode, result.output).not.toBe(0);
      else expect(result.exitCode, result.output).toBe(0);
      return result;
    }
    default:
      return undefined;
  }
}

test("every step works, and prints what the page shows", { timeout: limitMs }, async () => {
  let printed = "";
  let steps = 0;
  for (const block of readPage("docs/getting-started.md").blocks) {
    if (block.directive[0] === "output") checkShown(block.text, printed, project.root);
    const result = await follow(block);
    if (result === undefined) continue;
    printed = result.output;
    steps += 1;
  }
  expect(steps).toBeGreaterThan(4);
  expect(printed).toMatch(/Tests {2}2 passed/);
});
