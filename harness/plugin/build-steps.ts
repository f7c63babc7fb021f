/** What `build` asks for: one command for everything, or one for each image. */
import { readdirSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { SpecError } from "../evidence/index.ts";

/** One command for all images, or commands by the image that they make. */
export type BuildOption = string | Readonly<Record<string, string>>;

export interface BuildStep {
  readonly command: string;
  /** Absolute path of what it makes; `null` for everything. */
  readonly image: string | null;
  /** `$0`, the image, and `$1`, `$2`, …: what each `*` stood for. */
  readonly parameters: readonly string[];
  /** The same for steps of which one is enough. */
  readonly key: string;
}

/** @throws `SpecError` for anything that no build can be. */
export function checkBuild(build: unknown): void {
  if (build === undefined || isCommand(build)) return;
  const isTable = typeof build === "object" && build !== null && !Array.isArray(build);
  if (!isTable) {
    const takes = 'takes a command, or commands by image: { "exercise*/kernel.elf": "make …" }';
    throw new SpecError("build", `got ${JSON.stringify(build)}, ${takes}`);
  }
  for (const [image, command] of Object.entries(build)) {
    const field = `build[${JSON.stringify(image)}]`;
    if (!isCommand(command)) {
      throw new SpecError(field, `got ${JSON.stringify(command)}, takes a non-empty string`);
    }
    const parts = image.split("/");
    if (parts.at(-1) === "" || parts.at(-1)?.includes("*")) {
      const advice = "name the file: before it is built, only its directories can be looked up";
      throw new SpecError(field, `ends in no file name; ${advice}`);
    }
    if (image.includes("**")) throw new SpecError(field, "has **; write one * for each directory");
  }
}

function isCommand(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/**
 * The steps, images in the order of their names. `*` stands for any part of a directory's name, but
 * for hidden ones and node_modules.
 * @throws `SpecError` for a path with `*` that no directory fits.
 */
export function buildSteps(build: BuildOption, root: string): BuildStep[] {
  if (typeof build === "string") {
    return [{ command: build, image: null, parameters: ["sh"], key: build }];
  }
  return Object.entries(build).flatMap(([path, command]) => {
    const found = imagesOf(path, root);
    if (found.length === 0) {
      const advice = "correct it, or make the directories first";
      throw new SpecError(`build["${path}"]`, `fits no directory in ${root}; ${advice}`);
    }
    return found.map(({ image, stems }) => {
      const parameters = [image, ...stems];
      // Without parameters it would do the same again.
      const key = command.includes("$") ? JSON.stringify([command, parameters]) : command;
      return { command, image: resolve(root, image), parameters, key };
    });
  });
}

interface FoundImage {
  /** As a command run in the root names it. */
  readonly image: string;
  readonly stems: readonly string[];
}

function imagesOf(path: string, root: string): FoundImage[] {
  const start: FoundImage = { image: isAbsolute(path) ? "/" : "", stems: [] };
  const parts = path.split("/").filter((part) => part !== "");
  return parts.reduce<FoundImage[]>(
    (found, part) => found.flatMap((one) => next(one, part, root)),
    [start],
  );
}

function next({ image, stems }: FoundImage, part: string, root: string): FoundImage[] {
  if (!part.includes("*")) return [{ image: join(image, part), stems }];
  const pattern = new RegExp(`^${part.split("*").map(escaped).join("(.*)")}$`);
  return directoriesIn(resolve(root, image)).flatMap((name) => {
    const match = pattern.exec(name);
    if (match === null || name === "node_modules") return [];
    if (name.startsWith(".") && !part.startsWith(".")) return [];
    return [{ image: join(image, name), stems: [...stems, ...match.slice(1)] }];
  });
}

function directoriesIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    // It is no directory, and so nothing fits.
    return [];
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
