/** Runs clang and ld.lld. Every file appears by renaming, whole or not at all. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BringupError, HostError, TimeoutError } from "../harness/evidence/index.ts";
import {
  type BuildSettings,
  type CompileJob,
  compilerFlags,
  type LinkJob,
  linkerFlags,
  outputPath,
} from "./plan.ts";

const toolLimitMs = 120_000;

/** Compiles unless the object is there already. Returns the error if the source is wrong. */
export async function compile(
  job: CompileJob,
  settings: BuildSettings,
): Promise<BringupError | undefined> {
  const output = join(settings.directory, "build", "objects", job.object);
  if (existsSync(output)) return undefined;
  const { compilerFlags: own, triple } = job.target;
  const flags = [`--target=${triple}`, ...compilerFlags, ...own];
  const message = await produce(settings.compiler, [...flags, "-c", job.source], output, settings);
  if (message === undefined) return undefined;
  const source = `kernels/${job.source}`;
  return new BringupError(`${source} does not compile for ${job.target.name}:\n${message}`);
}

/** Links one image; its objects must be there. Returns the error if they do not go together. */
export async function link(
  job: LinkJob,
  settings: BuildSettings,
): Promise<BringupError | undefined> {
  const { image, key } = job;
  await mkdir(join(settings.directory, "build", image.target.name), { recursive: true });
  const objects = job.compileJobs.map(({ object }) => join("build", "objects", object));
  const flags = ["-m", image.target.emulation, "-T", image.target.linkerScript, ...linkerFlags];
  // The ELF file comes last: it is what says that the image is up to date.
  const extensions = image.target.imageExtension === ".img" ? [".img", ".elf"] : [".elf"];
  for (const extension of extensions) {
    const format = extension === ".img" ? "--oformat=binary" : `--build-id=0x${key}`;
    const output = outputPath(image, extension, settings);
    const message = await produce(
      settings.linker,
      [...flags, format, ...objects],
      output,
      settings,
    );
    if (message === undefined) continue;
    return new BringupError(`${image.name} does not link for ${image.target.name}:\n${message}`);
  }
  return undefined;
}

/** Runs a tool that writes one file. Returns what it said if it failed; then there is no file. */
async function produce(
  tool: string,
  toolArguments: readonly string[],
  output: string,
  settings: BuildSettings,
): Promise<string | undefined> {
  // Loaded here because loading it takes longer than finding out that nothing has changed.
  const { execa } = await import("execa");
  const temporary = join(settings.directory, "build", "objects", `${randomUUID()}.temporary`);
  const result = await execa(tool, [...toolArguments, "-o", temporary], {
    cwd: settings.directory,
    reject: false,
    stdin: "ignore",
    timeout: toolLimitMs,
  });
  if (!result.failed) {
    await rename(temporary, output);
    return undefined;
  }
  await rm(temporary, { force: true });
  if (result.timedOut) throw new TimeoutError(`${tool} to write ${output}`, toolLimitMs, "limit");
  if (result.code === "ENOENT") {
    throw new HostError(`${tool} is not installed, and the kernels are built with it`, {
      remedy: "install clang and lld (Debian, Ubuntu: apt-get install clang lld)",
    });
  }
  return result.stderr === "" ? String(result.message) : result.stderr;
}
