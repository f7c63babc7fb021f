/**
 * The house's import rule: a room imports only from rooms above it and only through their
 * `index.ts`, and each outside module has the rooms that may know it.
 */
import { posix } from "node:path";
import {
  formatViolations,
  readSourceFiles,
  type SourceFile,
  type Violation,
} from "./source-files.ts";
import { importedNames, lineAt, parse, type SyntaxNode } from "./syntax.ts";

/** The rooms from the top of the house to its bottom; see docs/ and CONTRIBUTING.md. */
export const rooms: readonly string[] = [
  "text",
  "evidence",
  "deaths",
  "wait",
  "process",
  "store",
  "qmp",
  "serial",
  "host",
  "guest",
  "screen",
  "machine",
  "network",
  "snapshot",
  "suites",
  "matchers",
  "reports",
  "vitest",
  "plugin",
  "cli",
];

/** Outside modules that only some rooms may know, so that each can be replaced in one place. */
const reserved: readonly { module: RegExp; rooms: readonly string[]; why: string }[] = [
  {
    module: /^(?:vitest|vite|@vitest\/[^/]+)(?:\/|$)/,
    rooms: ["vitest", "plugin", "matchers"],
    why: "scripts and the command line run without vitest",
  },
  {
    module: /^(?:node:)?child_process$/,
    rooms: ["process"],
    why: "a program that is started must also be ended, and only that room does",
  },
  {
    module: /^execa$/,
    rooms: ["process"],
    why: "a program that is started must also be ended",
  },
];

/** Every breach of the import rule in `files`, in their order. Other files are passed over. */
export function importViolations(files: readonly SourceFile[]): Violation[] {
  return files.filter(({ path }) => /\.[cm]?[jt]s$/.test(path)).flatMap(violationsOf);
}

function violationsOf(file: SourceFile): Violation[] {
  const { program } = parse(file.path, file.text);
  const found: Violation[] = [];
  const report = (start: number, message: string) =>
    found.push({ path: file.path, line: lineAt(file.text, start), rule: "imports", message });
  const room = roomOf(file.path);
  if (room !== undefined && !rooms.includes(room)) {
    report(0, `harness/${room} is no room of the house: add it to the table in its place`);
    return found;
  }
  if (file.path === "harness/index.ts") {
    for (const statement of bodyOf(program)) {
      if (!isReExport(statement)) report(statement.start, "harness/index.ts only re-exports");
    }
  }
  for (const { specifier, start } of importedNames(program)) {
    const message = specifier.startsWith(".")
      ? judgeRelative(file.path, specifier)
      : judgeBare(room, file.path, specifier);
    if (message !== undefined) report(start, message);
  }
  return found;
}

function judgeRelative(path: string, specifier: string): string | undefined {
  if (!/\.(?:[cm]?[jt]s|json)$/.test(specifier)) {
    return `"${specifier}" must name the file with its extension`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  const [from, to] = [roomOf(path), roomOf(target)];
  if (path.startsWith("harness/") && !target.startsWith("harness/")) {
    return `the harness must not import "${specifier}" from outside harness/`;
  }
  // A test mirrors one file of a room and may look at exactly that.
  if (from === to || path.startsWith("test/") || !target.startsWith("harness/")) return undefined;
  if (path === "harness/index.ts") return judgeDoor(target);
  // Set-up runs before there is a Node that reads TypeScript, and so takes plain JavaScript.
  if (path.startsWith("tools/setup/") && target.endsWith(".mjs")) return undefined;
  if (from === undefined) return judgeDoor(target);
  if (to === undefined)
    return `a room must not import "${specifier}", which lies outside the rooms`;
  if (rooms.indexOf(to) > rooms.indexOf(from)) {
    return `${from} must not import from ${to}, a room below it: hand it what it needs`;
  }
  return judgeDoor(target);
}

/** Data files are doors of their own: they export nothing that could be private. */
function judgeDoor(target: string): string | undefined {
  const room = roomOf(target);
  if (room === undefined || target === `harness/${room}/index.ts`) return undefined;
  if (target.endsWith(".json")) return undefined;
  return `import from harness/${room}/index.ts instead of ${target}`;
}

function judgeBare(room: string | undefined, path: string, specifier: string): string | undefined {
  if (!path.startsWith("harness/")) return undefined;
  if (/^bringup(?:\/|$)/.test(specifier)) return "the harness must not import itself by its name";
  const rule = reserved.find(({ module }) => module.test(specifier));
  if (rule === undefined || (room !== undefined && rule.rooms.includes(room))) return undefined;
  return `only ${rule.rooms.join(", ")} may import "${specifier}": ${rule.why}`;
}

/** "qmp" of "harness/qmp/client.ts", and `undefined` for files that lie in no room. */
function roomOf(path: string): string | undefined {
  return /^harness\/([^/]+)\//.exec(path)?.[1];
}

function bodyOf(program: SyntaxNode): readonly SyntaxNode[] {
  return program.body as readonly SyntaxNode[];
}

function isReExport(statement: SyntaxNode): boolean {
  return (
    statement.type === "ExportAllDeclaration" ||
    (statement.type === "ExportNamedDeclaration" && statement.source != null)
  );
}

if (import.meta.main) {
  const violations = importViolations(await readSourceFiles(process.cwd()));
  if (violations.length > 0) {
    console.error(formatViolations(violations));
    process.exitCode = 1;
  }
}
