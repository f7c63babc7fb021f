/** Style rules that need no syntax tree: prose, data, C and assembly. */
import type { Finding } from "./source-files.ts";

const longestLineColumns = 100;
const longestFunctionLines = 60;

interface TextRule {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly message: string;
  /** Files that the rule passes over. */
  readonly except?: RegExp;
}

// The patterns are written so that they do not match themselves.
const textRules: readonly TextRule[] = [
  {
    rule: "unfinished",
    pattern: /\b(?:TO[D]O|FIX[M]E|XX[X])\b/,
    message: "finish it now, or leave it out",
    except: /^(?:package-lock\.json|fixtures\/)/,
  },
  {
    rule: "machine-path",
    pattern:
      /(?<![\w.}*)-])\/(?:home\/(?!you\/|user\/|runner\/)\w|Users\/(?!you\/)\w|[r]oot\/|[w]ork\/)/,
    message: "this path is of one machine only",
    except: /^fixtures\//,
  },
  {
    rule: "registry",
    pattern:
      /\bregistry\.npm[j]s|\b(?:deb|archive|security|ports)\.(?:debian|ubuntu)\.(?:org|com)\b/,
    message: "a registry's host name ties everyone to it",
  },
  {
    rule: "terminal",
    pattern: /\bprocess\.std(?:err|out)\.[w]rite\(|\bconsole\.\w+\(|\blogger\.\w+\((?!printable\()/,
    message: "say it with tell(), or make it printable(): others' words can steer a terminal",
    except: /^(?!harness\/)|^harness\/process\/tell\.ts$/,
  },
  {
    rule: "timers",
    pattern: /(?<![\w.])(?:set(?:Timeout|Interval|Immediate)|performance\.now)\(/,
    message: "take it from the room wait: a test may have faked this one",
    except: /^(?!harness\/)|^harness\/wait\/timers\.ts$/,
  },
];

/** Breaches in any text file, whatever it holds. */
export function textFindings(path: string, text: string): Finding[] {
  const rules = textRules.filter(({ except }) => except?.test(path) !== true);
  const found: Finding[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    for (const { rule, pattern, message } of rules) {
      if (pattern.test(line)) found.push({ line: index + 1, rule, message });
    }
    if (path.endsWith("package-lock.json") && /"resolved": *"https?:/.test(line)) {
      const message = "write the lockfile with omit-lockfile-registry-resolved=true (.npmrc)";
      found.push({ line: index + 1, rule: "registry", message });
    }
  }
  return found;
}

/** Breaches in C, assembly and linker scripts. */
export function cFindings(text: string): Finding[] {
  const lines = text.split("\n");
  return [...longLines(lines, () => false), ...longFunctions(lines)];
}

/** Lines that are too long, apart from those that hold a URL or that `isExempt` names. */
export function longLines(
  lines: readonly string[],
  isExempt: (line: number) => boolean,
): Finding[] {
  const found: Finding[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.length <= longestLineColumns || line.includes("://") || isExempt(index + 1)) continue;
    const message = `${line.length} columns, at most ${longestLineColumns}`;
    found.push({ line: index + 1, rule: "line-length", message });
  }
  return found;
}

/**
 * Long functions of C, by the layout that all our C has: the signature starts in the first column,
 * and the body ends with a brace in the first column.
 */
function longFunctions(lines: readonly string[]): Finding[] {
  const found: Finding[] = [];
  let start: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (/^[A-Za-z_].*\(/.test(line) && !line.trimEnd().endsWith(";")) start ??= index;
    if (!line.startsWith("}") || start === undefined) continue;
    const length = index - start + 1;
    if (length > longestFunctionLines) found.push(functionTooLong(start + 1, length));
    start = undefined;
  }
  return found;
}

/** `undefined` where the function is short enough. */
export function judgeFunction(line: number, lines: number): Finding | undefined {
  return lines > longestFunctionLines ? functionTooLong(line, lines) : undefined;
}

function functionTooLong(line: number, lines: number): Finding {
  const message = `a function of ${lines} lines, at most ${longestFunctionLines}`;
  return { line, rule: "function-length", message };
}
