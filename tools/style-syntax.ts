/** Style rules that need a syntax tree: TypeScript and JavaScript. */
import type { Finding } from "./source-files.ts";
import { judgeFunction, longLines } from "./style-text.ts";
import { isNode, lineAt, parse, type SyntaxNode, walk } from "./syntax.ts";

const functionTypes = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);
const testCallers = new Set(["test", "it", "describe", "suite"]);

/** Breaches in one program. Throws a `SyntaxError` where the text is none. */
export function syntaxFindings(path: string, text: string): Finding[] {
  const { program } = parse(path, text);
  const found: Finding[] = [];
  const literalLines = new Set<number>();
  const isTest = path.startsWith("test/");
  const lineOf = (node: SyntaxNode) => lineAt(text, node.start);
  walk(program, (node, parents) => {
    if (functionTypes.has(node.type) && !isDescribeBody(node, parents)) {
      const first = lineOf(node);
      const finding = judgeFunction(first, lineAt(text, node.end) - first + 1);
      if (finding !== undefined) found.push(finding);
    }
    if (isLongLiteral(node)) addLines(literalLines, text, node);
    if (isSleep(node)) {
      const message = "wait for the event itself, with a limit, instead of sleeping";
      found.push({ line: lineOf(node), rule: "sleep", message });
    }
    if (isTest) found.push(...testFindings(node, lineOf));
  });
  // The formatter never breaks a literal, and so this must not ask for it.
  found.push(...longLines(text.split("\n"), (line) => literalLines.has(line)));
  return found;
}

/** A literal that leaves little room for anything else on a line of 100 columns. */
function isLongLiteral(node: SyntaxNode): boolean {
  const isLiteral = node.type === "TemplateLiteral" || node.type === "Literal";
  return isLiteral && node.end - node.start >= 50;
}

function addLines(lines: Set<number>, text: string, node: SyntaxNode): void {
  const [first, last] = [lineAt(text, node.start), lineAt(text, node.end)];
  for (let line = first; line <= last; line++) lines.add(line);
}

/** A group of tests is a table of contents and no function to follow from top to bottom. */
function isDescribeBody(node: SyntaxNode, parents: readonly SyntaxNode[]): boolean {
  const parent = parents.at(-1);
  if (parent?.type !== "CallExpression") return false;
  const caller = rootOf(parent.callee);
  return (caller === "describe" || caller === "suite") && parent.callee !== node;
}

function testFindings(node: SyntaxNode, lineOf: (node: SyntaxNode) => number): Finding[] {
  if (node.type !== "MemberExpression" || !testCallers.has(rootOf(node) ?? "")) return [];
  const name = nameOf(node.property);
  const line = lineOf(node);
  if (name === "only") {
    return [{ line, rule: "focus", message: ".only hides every other test of the file" }];
  }
  if (name === "skip" || name === "skipIf" || name === "runIf" || name === "todo") {
    const message = `.${name} needs its reason: // style-allow skip: <why>`;
    return [{ line, rule: "skip", message }];
  }
  return [];
}

/** Promises that a timer alone fulfils, in each of the ways to write them. */
function isSleep(node: SyntaxNode): boolean {
  if (node.type === "ImportDeclaration") {
    const source = isNode(node.source) ? node.source.value : undefined;
    return (
      /^(?:node:)?timers\/promises$/.test(String(source)) &&
      nodesOf(node.specifiers).some((specifier) => nameOf(specifier.imported) !== "setInterval")
    );
  }
  if (node.type === "CallExpression" && nameOf(node.callee) === "promisify") {
    return nameOf(nodesOf(node.arguments)[0]) === "setTimeout";
  }
  if (node.type !== "NewExpression" || nameOf(node.callee) !== "Promise") return false;
  const executor = nodesOf(node.arguments)[0];
  if (executor === undefined || !functionTypes.has(executor.type)) return false;
  const call = onlyExpression(executor.body);
  return (
    call?.type === "CallExpression" &&
    nameOf(call.callee) === "setTimeout" &&
    nameOf(nodesOf(call.arguments)[0]) === nameOf(nodesOf(executor.params)[0])
  );
}

function onlyExpression(body: unknown): SyntaxNode | undefined {
  if (!isNode(body)) return undefined;
  if (body.type !== "BlockStatement") return body;
  const statements = nodesOf(body.body);
  const expression = statements.length === 1 ? statements[0]?.expression : undefined;
  return isNode(expression) ? expression : undefined;
}

/** "test" of `test.concurrent.only` and of `describe.each(table)`. */
function rootOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "MemberExpression") return rootOf(node.object);
  if (node.type === "CallExpression") return rootOf(node.callee);
  return nameOf(node);
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && typeof node.name === "string" ? node.name : undefined;
}

function nodesOf(value: unknown): SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}
