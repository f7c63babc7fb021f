/**
 * Takes out of compiled declarations what no user can reach: starting at the entries' exports, it
 * follows each name to the statement that declares it, and from there to all that this names.
 * Imports for their effects go, too: what they add to the types of others is for ourselves.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isNode, parse, type SyntaxNode, walk } from "./syntax.ts";

/** Where a name that is imported, or exported again, comes from. */
interface Origin {
  /** The declarations' path; `undefined` for another package. */
  readonly path: string | undefined;
  /** `undefined` for the module as a whole. */
  readonly name: string | undefined;
}

/** A file of declarations, and what of it is reached. */
interface Declarations {
  readonly text: string;
  readonly statements: readonly SyntaxNode[];
  /** By the local name. */
  readonly imports: ReadonlyMap<string, Origin>;
  /** By the exported name, those that are exported again from another file. */
  readonly passedOn: ReadonlyMap<string, Origin>;
  /** By the name that stands in the file. */
  readonly declared: ReadonlyMap<string, readonly SyntaxNode[]>;
  readonly reached: Set<SyntaxNode>;
  readonly reachedImports: Set<string>;
  readonly reachedExports: Set<string>;
}

/** Rewrites the declarations below `folder`; `entries` are paths in it. */
export function keepPublicTypes(folder: string, entries: readonly string[]): void {
  const paths = readdirSync(folder, { encoding: "utf8", recursive: true })
    .filter((path) => /\.d\.m?ts$/.test(path))
    .map((path) => join(folder, path));
  const files = new Map(paths.map((path) => [path, read(path)]));
  for (const entry of entries) reachAll(files, join(folder, entry));
  for (const [path, file] of files) {
    if (file.reached.size + file.reachedExports.size === 0) rmSync(path);
    else writeFileSync(path, write(file));
  }
}

type Files = ReadonlyMap<string, Declarations>;

function reachAll(files: Files, path: string): void {
  const file = fileAt(files, path);
  for (const name of file.passedOn.keys()) reach(files, path, name);
  for (const name of file.declared.keys()) reach(files, path, name);
}

function reach(files: Files, path: string, name: string): void {
  const file = fileAt(files, path);
  const origin = file.passedOn.get(name);
  if (origin !== undefined) {
    if (file.reachedExports.has(name)) return;
    file.reachedExports.add(name);
    follow(files, origin);
    return;
  }
  const statements = file.declared.get(name);
  if (statements === undefined) throw new Error(`${path} declares no "${name}"`);
  for (const statement of statements) {
    if (file.reached.has(statement)) continue;
    file.reached.add(statement);
    for (const named of namesIn(statement)) {
      const imported = file.imports.get(named);
      if (imported !== undefined && !file.reachedImports.has(named)) {
        file.reachedImports.add(named);
        follow(files, imported);
      }
      if (imported === undefined && file.declared.has(named)) reach(files, path, named);
    }
  }
}

function follow(files: Files, { path, name }: Origin): void {
  if (path === undefined) return;
  if (name === undefined) reachAll(files, path);
  else reach(files, path, name);
}

function fileAt(files: Files, path: string): Declarations {
  const file = files.get(path);
  if (file === undefined) throw new Error(`there is no ${path}`);
  return file;
}

function read(path: string): Declarations {
  const text = withoutOwnMembers(path, readFileSync(path, "utf8"));
  const statements = parse(path, text).program.body as readonly SyntaxNode[];
  const imports = new Map<string, Origin>();
  const passedOn = new Map<string, Origin>();
  const declared = new Map<string, SyntaxNode[]>();
  for (const statement of statements) {
    const from = originOf(path, statement);
    for (const specifier of specifiersOf(statement)) {
      if (statement.type === "ImportDeclaration") {
        const name = isNode(specifier.imported) ? nameOf(specifier.imported) : undefined;
        imports.set(nameOf(specifier.local), { path: from, name });
      } else {
        passedOn.set(nameOf(specifier.exported), { path: from, name: nameOf(specifier.local) });
      }
    }
    for (const name of declaredBy(path, statement)) {
      declared.set(name, [...(declared.get(name) ?? []), statement]);
    }
  }
  const reached = { reached: new Set<SyntaxNode>(), reachedImports: new Set<string>() };
  return {
    ...{ text, statements, imports, passedOn, declared },
    ...reached,
    reachedExports: new Set(),
  };
}

/**
 * Without what is for subclasses, of which there are only ours, and without the parameters of
 * constructors that only we call: those that take more than plain values, or than options that are
 * named after the class, but for errors.
 */
function withoutOwnMembers(path: string, text: string): string {
  const edits: { start: number; end: number; words: string }[] = [];
  walk(parse(path, text).program, (node) => {
    if (node.type !== "ClassDeclaration" || !isNode(node.body)) return;
    const options = `${nameOf(node.id)}Options`;
    const isError = isNode(node.superClass) && /Error$/.test(nameOf(node.superClass));
    for (const { accessibility, end, kind, start, value } of node.body.body as SyntaxNode[]) {
      const isOwn =
        kind === "constructor" && isNode(value) && !isError && namesType(value, options);
      if (isOwn) edits.push({ start, end, words: "protected constructor();" });
      else if (accessibility === "protected") edits.push({ start, end, words: "" });
    }
  });
  return edits.reduceRight(
    (rest, { end, start, words }) => rest.slice(0, start) + words + rest.slice(end),
    text,
  );
}

/** Whether it names another type than `besides`. */
function namesType(node: SyntaxNode, besides: string): boolean {
  let isNamed = false;
  walk(node, ({ type, typeName }) => {
    isNamed ||= type === "TSTypeReference" && !(isNode(typeName) && nameOf(typeName) === besides);
  });
  return isNamed;
}

/** The reached statements with what stands before them, and imports of what they name. */
function write({ text, statements, ...file }: Declarations): string {
  let end = 0;
  const kept = statements.map((statement) => {
    const whole = text.slice(end, statement.end);
    const start = statement.start;
    end = statement.end;
    const isImport = statement.type === "ImportDeclaration";
    const specifiers = specifiersOf(statement);
    if (specifiers.length === 0)
      return file.reached.has(statement) || isNothing(statement) ? whole : "";
    const reached = isImport ? file.reachedImports : file.reachedExports;
    const left = specifiers.filter(({ local, exported }) => reached.has(nameOf(exported ?? local)));
    if (left.length === specifiers.length) return whole;
    if (left.length === 0) return "";
    const first = specifiers[0] as SyntaxNode;
    const last = specifiers.at(-1) as SyntaxNode;
    const list = left.map((specifier) => text.slice(specifier.start, specifier.end)).join(", ");
    return `\n${text.slice(start, first.start)}${list}${text.slice(last.end, statement.end)}`;
  });
  return `${kept.join("").trimStart()}\n`;
}

/** `export {}`: what makes a module of a file. */
function isNothing(statement: SyntaxNode): boolean {
  return statement.type === "ExportNamedDeclaration" && !isNode(statement.declaration);
}

function originOf(path: string, { source }: SyntaxNode): string | undefined {
  if (!isNode(source) || !String(source.value).startsWith(".")) return undefined;
  return join(
    dirname(path),
    String(source.value)
      .replace(/\.(m?)ts$/, ".d.$1ts")
      .replace(/\.mjs$/, ".d.mts"),
  );
}

function specifiersOf({ specifiers }: SyntaxNode): readonly SyntaxNode[] {
  return (specifiers ?? []) as readonly SyntaxNode[];
}

/** @throws where a declaration has a form that this does not know: nothing is lost in silence. */
function declaredBy(path: string, statement: SyntaxNode): string[] {
  if (statement.type === "ImportDeclaration") return [];
  const { declaration = statement } = statement;
  if (!isNode(declaration)) return [];
  if (isNode(declaration.id)) return [nameOf(declaration.id)];
  if (Array.isArray(declaration.declarations)) {
    return declaration.declarations.map(({ id }: SyntaxNode) => nameOf(id));
  }
  throw new Error(`${path}: cannot tell what a ${statement.type} declares`);
}

function namesIn(statement: SyntaxNode): Set<string> {
  const names = new Set<string>();
  walk(statement, (node) => {
    if (node.type === "Identifier") names.add(nameOf(node));
  });
  return names;
}

function nameOf(node: unknown): string {
  const { name, value } = node as { name?: string; value?: string };
  return name ?? value ?? "";
}
