/** How soon a spec or a file that cannot be right has its error. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BootOptions, bootMachine, type MachineSpec } from "../../harness/machine/index.ts";
import { badBoards } from "../../test/machine/bad-boards.ts";
import { badImages, files } from "../../test/machine/bad-images.ts";
import { badMedia, badRest } from "../../test/machine/bad-media.ts";
import type { Sample } from "./measure.ts";
import { refusalLimitMs } from "./rows.ts";

/** One turn: all of the specs that `npm test` refuses, one after another; ours is the slowest. */
export async function timeRefusals(options: BootOptions): Promise<Sample> {
  const directory = await mkdtemp(join(tmpdir(), "bringup-bench-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(directory, name), content);
    }
    let oursMs = 0;
    for (const [name, makeSpec] of [...badImages, ...badBoards, ...badMedia, ...badRest]) {
      const spec = makeSpec(directory) as MachineSpec;
      oursMs = Math.max(oursMs, await timeOf(name, { accelerator: "tcg", ...spec }, options));
    }
    return { oursMs, referenceMs: refusalLimitMs };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function timeOf(name: string, spec: MachineSpec, options: BootOptions): Promise<number> {
  const startMs = performance.now();
  const machine = await bootMachine(spec, options).catch(() => undefined);
  const elapsedMs = performance.now() - startMs;
  if (machine === undefined) return elapsedMs;
  await machine[Symbol.asyncDispose]();
  throw new Error(`bad input "${name}" was to be refused, and booted`);
}
