import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { examineImage } from "../../harness/machine/examine-image.ts";

const bootSector = Buffer.alloc(512, 0x90);
bootSector.set([0x55, 0xaa], 510);

test("an image is examined once, and again when it was built again", async () => {
  const directory = await mkdtemp(join(tmpdir(), "bringup-examine-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "kernel");
  await writeFile(path, bootSector);
  const first = await examineImage(path);
  expect(first.kind).toBe("boot-sector");
  expect(await examineImage(path)).toBe(first);

  // As a linker does it that replaces its output, with as many bytes as before.
  await writeFile(join(directory, "next"), Buffer.alloc(512, "text\n"));
  await rename(join(directory, "next"), path);
  expect((await examineImage(path)).kind).toBe("unknown");

  await rm(path);
  await expect(examineImage(path)).rejects.toBeInstanceOf(SpecError);
  await writeFile(path, bootSector);
  expect((await examineImage(path)).kind).toBe("boot-sector");
});

test("a path that cannot be looked at is an error that names it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "bringup-examine-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const loop = join(directory, "loop");
  await symlink(loop, loop);
  await expect(examineImage(loop)).rejects.toThrow(SpecError);
  await expect(examineImage(loop)).rejects.toThrow(loop);
});
