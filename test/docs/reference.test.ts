/** The reference pages name everything that the code has, and limits with their values. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { architectures, boardOf } from "../../harness/machine/board.ts";
import { matchers } from "../../harness/matchers/index.ts";
import { readPage, repository } from "./markdown.ts";

function sourceOf(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}

/** Names of the fields of an interface, from its source. */
function fieldsOf(path: string, name: string): string[] {
  const body = new RegExp(`export interface ${name} \\{\\n([^]*?)\\n\\}`).exec(sourceOf(path))?.[1];
  const fields = [...(body ?? "").matchAll(/^ {2}readonly (\w+)\??:/gm)].map((match) => match[1]);
  expect(fields.length, `fields of ${name}`).toBeGreaterThan(0);
  return fields as string[];
}

/** Words in backquotes in the first cell of each row. */
function namesInTables(path: string): Set<string> {
  const cells = readPage(path).rows.map((row) => row[0] ?? "");
  const names = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)]);
  return new Set(names.map(([, name = ""]) => name));
}

describe("machine-spec.md", () => {
  test.each(["MachineSpec", "Disk"])("has a row for each field of %s", (name) => {
    const named = namesInTables("docs/machine-spec.md");
    const missing = fieldsOf("harness/machine/spec.ts", name).filter((field) => !named.has(field));
    expect(missing).toEqual([]);
  });

  test("has no row for a field that is gone", () => {
    const rows = readPage("docs/machine-spec.md").rows;
    const names = rows.map(([cell = ""]) => /^`(\w+)`$/.exec(cell)?.[1]).filter((name) => name);
    const fields = ["MachineSpec", "Disk"].flatMap((name) =>
      fieldsOf("harness/machine/spec.ts", name),
    );
    expect(names.filter((name) => !fields.includes(name ?? ""))).toEqual([]);
  });
});

test("plugin.md has a row for each option", () => {
  const named = namesInTables("docs/plugin.md");
  const options = fieldsOf("harness/plugin/options.ts", "BringupOptions");
  expect(options.filter((option) => !named.has(option))).toEqual([]);
});

test("matchers.md has a heading for each matcher", () => {
  const { anchors } = readPage("docs/matchers.md");
  const missing = Object.keys(matchers).filter((name) => !anchors.has(name.toLowerCase()));
  expect(missing).toEqual([]);
});

test("errors.md has a heading for each class", () => {
  const { anchors } = readPage("docs/errors.md");
  const sources = readdirSync(join(repository, "harness"), { recursive: true }) as string[];
  const classes = sources
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [
      ...sourceOf(`harness/${path}`).matchAll(/^export class (\w+) extends (?:Bringup)?Error/gm),
    ])
    .map(([, name = ""]) => name);
  expect(classes).toContain("GuestError");
  // An ElfError never leaves its room: it becomes a SpecError.
  const internal = ["ElfError"];
  const missing = classes.filter((name) => !anchors.has(name.toLowerCase()));
  expect(missing.filter((name) => !internal.includes(name))).toEqual([]);
});

test("exits.md has a row for each kind", () => {
  const named = namesInTables("docs/exits.md");
  const source = sourceOf("harness/evidence/exit.ts");
  const kinds = [...source.matchAll(/EndedAt & \{\s*readonly kind: "([\w-]+)"/g)].map(
    ([, kind = ""]) => kind,
  );
  expect(kinds).toContain("triple-fault");
  expect(kinds.filter((kind) => !named.has(kind))).toEqual([]);
});

test("every file of a machine's evidence is in evidence.md", () => {
  const named = namesInTables("docs/evidence.md");
  const source = sourceOf("harness/machine/machine-record.ts");
  const files = [...source.matchAll(/"([\w-]+\.(?:log|sh|json))"/g)].map(([, name = ""]) => name);
  expect(files).toContain("qmp.log");
  expect(files.filter((name) => !named.has(name))).toEqual([]);
});

const units: Readonly<Record<string, number>> = {
  "": 1,
  characters: 1,
  ms: 1,
  s: 1000,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** "256 MiB" as bytes, "30 s" as milliseconds, "8,192 characters" as a number. */
function numberOf(shown: string): number | undefined {
  const [, digits, unit = ""] = /^([\d,]+) ?(\w*)$/.exec(shown) ?? [];
  const factor = units[unit];
  if (digits === undefined || factor === undefined) return undefined;
  return Number(digits.replaceAll(",", "")) * factor;
}

/** The number that a constant or a field has in a source file: a product of literals. */
function constantIn(path: string, name: string): number | undefined {
  const expression = new RegExp(`\\b${name}\\s*[=:]\\s*([\\d_][\\d_ *]*)[,;}\\s]`).exec(
    sourceOf(path),
  )?.[1];
  return expression
    ?.replaceAll("_", "")
    .split(/(?<!\*)\*(?!\*)/)
    .map((power) =>
      power
        .split("**")
        .map(Number)
        .reduceRight((exponent, base) => base ** exponent),
    )
    .reduce((all, factor) => all * factor);
}

describe("limits.md agrees with the code", () => {
  const limits = readPage("docs/limits.md").rows.flatMap(([what, shown = "", , setBy = ""]) => {
    const [, name, path] = /`(\w+)` in `(harness\/[\w/.-]+)`$/.exec(setBy) ?? [];
    return name === undefined || path === undefined ? [] : [{ what, shown, name, path }];
  });

  test("and every row names the place in the code", () => {
    const rows = readPage("docs/limits.md").rows.filter(([what]) => what !== "What");
    expect(limits).toHaveLength(rows.length);
    expect(limits.length).toBeGreaterThan(35);
  });

  test("and every constant that is called a limit has a row", () => {
    const paths = readdirSync(join(repository, "harness"), { encoding: "utf8", recursive: true });
    const constants = paths
      .filter((path) => path.endsWith(".ts"))
      .flatMap((path) =>
        [...sourceOf(`harness/${path}`).matchAll(/^(?:export )?const (\w+) = \d/gm)].map(
          ([, name = ""]) => `${name} in harness/${path}`,
        ),
      )
      .filter((constant) => /^\w*[lL]imit(?:Ms|Bytes|Characters)? in |^searched/.test(constant));
    expect(constants.length).toBeGreaterThan(35);
    const named = limits.map(({ name, path }) => `${name} in ${path}`);
    expect(constants.filter((constant) => !named.includes(constant))).toEqual([]);
  });

  test.each(limits)("$what: $shown ($name)", ({ shown, name, path }) => {
    expect(numberOf(shown)).toBeDefined();
    expect(constantIn(path, name)).toBe(numberOf(shown));
  });
});

test("boards.md has the table of the code", () => {
  const text = (value: unknown) => (value === undefined ? "QEMU's" : `${value}`);
  const lines = architectures.flatMap(({ arch, boards, machine }) => {
    const machines = [machine, ...Object.keys(boards).filter((name) => name !== machine)];
    return machines
      .filter((name) => !["none", "x-remote"].includes(name))
      .map((name) => {
        const board = boardOf(arch, name);
        const cells = [`\`${arch}\``, `\`${name}\``, text(board.cpu), text(board.cpus)];
        const ports = board.console === "first" ? `${board.serialPorts}` : "2, first to print";
        const exit = board.exitDevice === undefined ? "" : `\`${board.exitDevice}\``;
        return [...cells, text(board.memory), ports, exit, board.diskBus];
      });
  });
  const inTable = (cells: readonly string[]) =>
    readPage("docs/boards.md").rows.some((row) => row.join("|") === cells.join("|"));
  const missing = lines
    .filter((cells) => !inTable(cells))
    .map((cells) => `| ${cells.join(" | ")} |`);
  expect(missing).toEqual([]);
});
