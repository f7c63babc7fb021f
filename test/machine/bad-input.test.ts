/** Specs and files that cannot be right: each has its typed error, and nothing is left behind. */
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BringupError, LaunchError } from "../../harness/evidence/index.ts";
import type { MachineSpec } from "../../harness/machine/index.ts";
import { createPrivateDirectory } from "../../harness/process/index.ts";
import { badBoards } from "./bad-boards.ts";
import { badImages, files } from "./bad-images.ts";
import { badMedia, badRest } from "./bad-media.ts";
import { samples } from "./image-samples.ts";
import {
  boot,
  errorOf,
  processesWith,
  soonMs,
  temporaryDirectory,
  useKernels,
} from "./machines.ts";

useKernels("hello");

const all = { images: badImages, boards: badBoards, media: badMedia, rest: badRest };

let sessionDirectory = "";
const evidence = new Set<string>();

beforeAll(async () => {
  const directory = await createPrivateDirectory("beside");
  sessionDirectory = dirname(directory.path);
  await directory.remove();
});

afterAll(() => {
  const left = readdirSync(sessionDirectory).filter((name) => name.startsWith("machine-"));
  expect(left).toEqual([]);
  for (const directory of evidence) expect(processesWith(directory)).toEqual([]);
});

describe.each(Object.entries(all))("%s", (_, rows) => {
  test.for(rows)("%s", async ([, makeSpec, kind, message]) => {
    const directory = temporaryDirectory();
    evidence.add(directory);
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
    }
    const spec = makeSpec(directory) as MachineSpec;
    const error = await errorOf(boot(spec), kind as never as new () => BringupError);
    expect(error.message.split("\n  machine:", 1)[0]).toContain(message);
    expect(error.name).toBe((kind as { readonly name: string }).name);
  });
});

test("there are at least forty", () => {
  expect(Object.values(all).flat().length).toBeGreaterThanOrEqual(40);
});

test("media that BIOS cannot start are left to who names the firmware", async () => {
  const vm = await boot({ disks: [{ size: "1M" }], firmware: "bios" });
  await vm.screen.waitForText("No bootable device", { timeoutMs: soonMs });
});

test("a disk that another machine writes to", async () => {
  const file = join(temporaryDirectory(), "disk.img");
  writeFileSync(file, samples.disk);
  const disks = [{ file, persist: true }];
  await boot({ disks });
  const error = await errorOf(boot({ disks }), LaunchError);
  expect(error.message).toMatch(/^QEMU did not start: .*Failed to get "write" lock/);
});
