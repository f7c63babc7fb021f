/** TypeScript and JavaScript as a syntax tree, and the few questions that the checks ask of it. */
import { parseSync } from "oxc-parser";

/** A node of the ESTree that oxc-parser gives; `start` and `end` are offsets into the text. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

export interface Syntax {
  readonly program: SyntaxNode;
  readonly comments: readonly { readonly value: string; readonly start: number }[];
}

/** Parses one file. Throws a `SyntaxError` that names the file where the text is no program. */
export function parse(path: string, text: string): Syntax {
  const { program, comments, errors } = parseSync(path, text);
  const first = errors[0];
  if (first !== undefined) throw new SyntaxError(`${path}: ${first.message}`);
  return { program: program as unknown as SyntaxNode, comments };
}

/** Calls `visit` for every node below and including `node`, parents first. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void,
  parents: readonly SyntaxNode[] = [],
): void {
  visit(node, parents);
  const inner = [...parents, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, inner);
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
  }
  return line;
}

/** An import, an export from, a dynamic import or an import type, with what it names. */
export interface ImportedName {
  readonly specifier: string;
  readonly start: number;
}

const importingTypes = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

/** Every module that the program names as a literal, type-only ones included. */
export function importedNames(program: SyntaxNode): ImportedName[] {
  const found: ImportedName[] = [];
  walk(program, (node) => {
    const source = importingTypes.has(node.type)
      ? node.source
      : node.type === "TSExternalModuleReference"
        ? node.expression
        : undefined;
    if (isNode(source) && typeof source.value === "string") {
      found.push({ specifier: source.value, start: node.start });
    }
  });
  return found;
}
