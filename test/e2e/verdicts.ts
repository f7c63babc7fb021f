/** A stranger's kernel passes; then it breaks in one way after the other. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Edit, KernelProject, Verdict } from "./kernel-project.ts";

/** The outputs name the place of a triple fault, which some KVMs lose. */
const emulated = { BRINGUP_ACCELERATOR: "tcg" };

const kernel = (from: string, to: string): Edit => ({ file: "source/kernel.c", from, to });
const breakages = {
  "triple-fault": [kernel("    load_interrupt_table();\n", "\n")],
  "wrong-output": [
    kernel("tiny: ready", "tiny: steady"),
    // The guest has said everything by then; it would wait for a key for ever.
    {
      file: "tests/boot.test.ts",
      from: "ready\\n> $/)",
      to: "ready\\n> $/, { timeoutMs: 2_000 })",
    },
  ],
  panic: [kernel("LEAST_MEMORY_KIB 1024", "LEAST_MEMORY_KIB 0x40000000")],
  "does-not-compile": [kernel('print("tiny: booting\\n");', 'print("tiny: booting\\n")')],
  "missing-kernel": [{ file: "Makefile", from: "build/kernel.elf", to: "build/other.elf" }],
} satisfies Record<string, readonly Edit[]>;

export function describeVerdicts(getProject: () => KernelProject): void {
  describe("npm test", () => {
    test("passes, and leaves nothing but the build, the report and .bringup", async () => {
      const project = getProject();
      const before = readdirSync(project.root);
      await project.run(["git", "init", "--quiet"]);
      const status = ["git", "status", "--porcelain", "--untracked-files=all"] as const;
      const cleanBefore = (await project.run(status)).stdout;
      const verdict = await project.test();
      await expectVerdict(verdict, "pass", 0);
      const after = readdirSync(project.root).filter((name) => !before.includes(name));
      expect(after.sort()).toEqual([".bringup", ".git", "build", "reports"]);
      expect((await project.run(status)).stdout).toBe(cleanBefore);
    });

    test.for(Object.keys(breakages) as (keyof typeof breakages)[])("fails: %s", async (name) => {
      await expectVerdict(await getProject().test(breakages[name], emulated), name, 1);
    });
  });
}

async function expectVerdict(verdict: Verdict, name: string, exitCode: number): Promise<void> {
  await expect(verdict.output).toMatchFileSnapshot(`expected/${name}.txt`);
  await expect(verdict.junit).toMatchFileSnapshot(`expected/${name}.xml`);
  expect(verdict.exitCode).toBe(exitCode);
}
