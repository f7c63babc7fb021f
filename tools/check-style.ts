/**
 * The style rules that neither Biome nor TypeScript knows. A line may break one on purpose when it,
 * or the line above it, carries `style-allow <rule>: <reason>` in a comment.
 */
import { posix } from "node:path";
import {
  type Finding,
  formatViolations,
  readSourceFiles,
  type SourceFile,
  type Violation,
} from "./source-files.ts";
import { syntaxFindings } from "./style-syntax.ts";
import { cFindings, textFindings } from "./style-text.ts";

const longestFileLines = 250;
/** Names that say nothing about what is in a file, so that everything ends up in it. */
const emptyNames = ["util", "utils", "helper", "helpers", "common", "manager", "misc"];
/** Folders of `test/` that mirror something other than a room of the harness. */
const otherTestFolders = ["e2e", "tools", "kernels", "docs", "demo", "bench", "types", "real"];

const programs = /\.[cm]?[jt]s$/;
const code = /\.(?:[cm]?[jt]s|c|h|S|s|ld)$/;
/** Not those that are shown to a visitor or fed to a program: they mirror nothing. */
const tests = /^(?!demo\/|fixtures\/).*\.test\.ts$/;

/** Every breach of the style rules in `files`, in their order. */
export function styleViolations(files: readonly SourceFile[]): Violation[] {
  const tree = treeFindings(files);
  return files.flatMap((file) => {
    const findings = [...fileFindings(file), ...(tree.get(file.path) ?? [])];
    const lines = file.text.split("\n");
    return findings
      .filter((finding) => !isAllowed(lines, finding))
      .sort((one, other) => one.line - other.line)
      .map((finding) => ({ path: file.path, ...finding }));
  });
}

function fileFindings(file: SourceFile): Finding[] {
  const { path, text } = file;
  const found = [...nameFindings(path), ...textFindings(path, text)];
  // What a program wrote may be long, but must not say more about this computer than the rest.
  if (!code.test(path) || isGenerated(text)) return found;
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines > longestFileLines) {
    const message = `${lines} lines, at most ${longestFileLines}: split it by concern`;
    found.push({ line: longestFileLines + 1, rule: "file-length", message });
  }
  const specific = programs.test(path) ? syntaxFindings(path, text) : cFindings(text);
  return [...found, ...specific];
}

function nameFindings(path: string): Finding[] {
  const words = path.split(/[/._-]/);
  const empty = words.find((word) => emptyNames.includes(word));
  if (empty === undefined) return [];
  const message = `"${empty}" says nothing about the content: name it after what it holds`;
  return [{ line: 1, rule: "names", message }];
}

/** What only shows when all files are looked at: tests and rooms mirror each other. */
function treeFindings(files: readonly SourceFile[]): Map<string, Finding[]> {
  const rooms = new Map<string, string>();
  const tested = new Set<string>();
  const found = new Map<string, Finding[]>();
  for (const { path } of files) {
    const room = /^harness\/([^/]+)\/[^/]+\.ts$/.exec(path)?.[1];
    if (room !== undefined && !rooms.has(room)) rooms.set(room, path);
  }
  for (const { path } of files.filter((file) => tests.test(file.path))) {
    const folder = /^test\/([^/]+)\//.exec(path)?.[1];
    if (folder !== undefined) tested.add(folder);
    if (folder !== undefined && (rooms.has(folder) || otherTestFolders.includes(folder))) continue;
    const message = `test/${folder ?? posix.basename(path)} mirrors no room of harness/`;
    found.set(path, [{ line: 1, rule: "mirror", message }]);
  }
  for (const [room, path] of rooms) {
    if (tested.has(room)) continue;
    found.set(path, [{ line: 1, rule: "mirror", message: `test/${room} has no tests` }]);
  }
  return found;
}

/** Only comments before the first line of code can say so. */
function isGenerated(text: string): boolean {
  const firstLine = text.slice(0, text.indexOf("\n"));
  return /^(?:\/\/|\/\*|#).*\bgenerated\b/i.test(firstLine);
}

function isAllowed(lines: readonly string[], { line, rule }: Finding): boolean {
  const allowance = new RegExp(`\\bstyle-allow ${rule}: \\S`);
  return [lines[line - 1], lines[line - 2]].some((text) => allowance.test(text ?? ""));
}

if (import.meta.main) {
  const violations = styleViolations(await readSourceFiles(process.cwd()));
  if (violations.length > 0) {
    console.error(formatViolations(violations));
    process.exitCode = 1;
  }
}
