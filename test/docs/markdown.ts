/** Reads the documentation: code blocks with their directives, headings, links and tables. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export const repository = join(import.meta.dirname, "../..");

/** A fenced block of code. */
export interface CodeBlock {
  /** Page that it stands in, relative to the repository. */
  readonly page: string;
  /** Line of its first line of code, counted from 1. */
  readonly line: number;
  readonly language: string;
  /** With a line end after the last line. */
  readonly text: string;
  /** Words of the HTML comment right before it: `<!-- run kernel=echo -->`. */
  readonly directive: readonly string[];
}

/** A link to another place in the repository, or to an address. */
export interface Link {
  readonly page: string;
  readonly line: number;
  readonly target: string;
}

/** A page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
  /** Names that a link can point to with `#`. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly Link[];
  /** Cells of every row of every table, without the rows of dashes. */
  readonly rows: readonly (readonly string[])[];
}

/** Paths of all pages: those at the root of the repository, and those in `docs/`. */
export function listPages(): string[] {
  const pagesIn = (directory: string) =>
    readdirSync(join(repository, directory))
      .filter((name) => name.endsWith(".md"))
      .map((name) => normalize(join(directory, name)));
  return [...pagesIn("."), ...pagesIn("docs")].sort();
}

/** @param path relative to the repository. */
export function readPage(path: string): Page {
  return parsePage(path, readFileSync(join(repository, path), "utf8"));
}

/** @throws `Error` for a fence that is never closed. */
export function parsePage(path: string, text: string): Page {
  const lines = text.split("\n");
  const blocks: CodeBlock[] = [];
  const prose: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const language = /^```(\w*)/.exec(lines[index] ?? "")?.[1];
    if (language === undefined) {
      prose.push(lines[index] ?? "");
      continue;
    }
    const end = lines.indexOf("```", index + 1);
    if (end === -1) throw new Error(`${path}:${index + 1}: this block is never closed`);
    const code = lines.slice(index + 1, end);
    const comment = /^<!-- (.+) -->$/.exec(lines[index - 1] ?? "")?.[1];
    blocks.push({
      page: path,
      line: index + 2,
      language,
      text: `${code.join("\n")}\n`,
      directive: comment?.split(" ") ?? [],
    });
    // Empty lines in its place keep the numbers of the lines after it.
    prose.push(...lines.slice(index, end + 1).map(() => ""));
    index = end;
  }
  return {
    path,
    text,
    blocks,
    anchors: anchorsOf(prose),
    links: linksOf(path, prose),
    rows: rowsOf(prose),
  };
}

/** The value of `name=value` in a block's directive. */
export function directiveValue(block: CodeBlock, name: string): string | undefined {
  const prefix = `${name}=`;
  return block.directive.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}

/** "docs/serial.md:12" as part of a file name. */
export function slugOf({ page, line }: CodeBlock): string {
  return `${page.replaceAll(/[^\w]+/g, "-")}-${line}`;
}

/** Where a link leads: a path relative to the repository, and an anchor. */
export function resolveLink({ page, target }: Link): { path: string; anchor: string } {
  const [path = "", anchor = ""] = target.split("#");
  return { path: path === "" ? page : normalize(join(dirname(page), path)), anchor };
}

/** As GitHub makes them: lower case, without punctuation, a dash for each space. */
function anchorsOf(prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const title = /^#+ (.+)$/.exec(line)?.[1];
    if (title === undefined) continue;
    const plain = title.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
    const anchor = plain.trim().replaceAll(/\s/g, "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function linksOf(page: string, prose: readonly string[]): Link[] {
  return prose.flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => ({
      page,
      line: index + 1,
      target,
    })),
  );
}

function rowsOf(prose: readonly string[]): string[][] {
  return prose
    .filter((line) => line.startsWith("|") && !/^\|[\s|:-]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
