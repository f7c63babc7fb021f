/** What there is to do, decided by content and not by time. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Image, listImages, type TargetDescription } from "./targets.ts";

export const compilerFlags = [
  ..."-std=c17 -O1 -g -Wall -Wextra -Werror -ffreestanding -Iruntime".split(" "),
  // The kernels own the machine: no addresses that somebody else would have to fill in, and what
  // else a target has of that kind is in its own flags.
  ..."-fno-pic -fno-stack-protector".split(" "),
  // A backtrace shall name every function that was called, by frame pointers alone.
  ..."-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls".split(" "),
  "-fno-asynchronous-unwind-tables",
];
export const linkerFlags = ["--fatal-warnings", "-z", "max-page-size=4096"];

export interface BuildSettings {
  /** The folder with the sources; its subfolder `build` takes the results. */
  readonly directory: string;
  readonly compiler: string;
  readonly linker: string;
}

export interface CompileJob {
  readonly source: string;
  readonly target: TargetDescription;
  /** File name of the object: the hash of all that goes into it. */
  readonly object: string;
}

export interface LinkJob {
  readonly image: Image;
  /** Hash of all that goes into the image; becomes the build id inside its ELF file. */
  readonly key: string;
  readonly compileJobs: readonly CompileJob[];
}

/** Reads every input once and works out the job for each image, whether it needs doing or not. */
export async function planJobs(settings: BuildSettings): Promise<LinkJob[]> {
  const { directory } = settings;
  const images = await listImages(directory);
  const inputs = new Set(images.flatMap((image) => [...image.sources, image.target.linkerScript]));
  const texts = new Map<string, string>();
  for (const input of inputs) texts.set(input, await readFile(join(directory, input), "utf8"));
  const headers = await readHeaders(directory);

  return images.map((image) => {
    const { target } = image;
    const compileJobs = image.sources.map((source) => {
      // The folder is part of the key because the debug information names it.
      const flags = [...compilerFlags, ...target.compilerFlags];
      const environment = [directory, settings.compiler, ...flags, target.triple];
      const key = hash([...environment, headers, source, texts.get(source) ?? ""]);
      return { source, target, object: `${key}.o` };
    });
    const objects = compileJobs.map(({ object }) => object);
    const script = texts.get(target.linkerScript) ?? "";
    const key = hash([settings.linker, ...linkerFlags, target.emulation, script, ...objects]);
    return { image, key, compileJobs };
  });
}

/** `true` if the image on disk was made from just the inputs that there are now. */
export async function isUpToDate(job: LinkJob, settings: BuildSettings): Promise<boolean> {
  const { image, key } = job;
  try {
    const elf = await readFile(outputPath(image, ".elf", settings));
    if (!elf.includes(Buffer.from(key, "hex"))) return false;
    if (image.target.imageExtension === ".elf") return true;
    // The bare bytes have no room for a key, but the ELF file has the same bytes in it.
    return elf.includes(await readFile(outputPath(image, ".img", settings)));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

export function outputPath(image: Image, extension: string, settings: BuildSettings): string {
  return join(settings.directory, "build", image.target.name, `${image.name}${extension}`);
}

/** All headers as one text: they are few and small, and a change in one is a change for all. */
async function readHeaders(directory: string): Promise<string> {
  const runtime = join(directory, "runtime");
  const names = (await readdir(runtime, { recursive: true })).filter((name) => name.endsWith(".h"));
  const texts = await Promise.all(
    names.sort().map((name) => readFile(join(runtime, name), "utf8")),
  );
  return texts.join("\0");
}

/** 20 bytes in hexadecimal, which is as long as a build id usually is. */
function hash(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 40);
}
