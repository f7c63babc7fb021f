/** The types of QMP are made of schemas in which types have numbers and no names. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entities } from "../../tools/qmp-types/ask-schemas.ts";
import { generateTypes, originOf } from "../../tools/qmp-types/generate.ts";
import { mergeSchemas } from "../../tools/qmp-types/merge-schemas.ts";
import { renderSchema } from "../../tools/qmp-types/render-types.ts";

const builtins = [
  { name: "str", "meta-type": "builtin", "json-type": "string" },
  { name: "int", "meta-type": "builtin", "json-type": "int" },
  { name: "any", "meta-type": "builtin", "json-type": "value" },
  { name: "0", "meta-type": "object", members: [] },
] as const;

const member = (name: string, type: string) => ({ name, type });
const optional = (name: string, type: string) => ({ name, type, default: null });
const command = (name: string, takes: string, answers: string) =>
  ({ name, "meta-type": "command", "arg-type": takes, "ret-type": answers }) as const;

/** A flat union, an alternate, an enum in both directions, and types that hold themselves. */
const sample: Entities = [
  ...builtins,
  command("query-tree", "0", "[1]"),
  command("plant-tree", "2", "0"),
  { name: "TREE_FELL", "meta-type": "event", "arg-type": "3" },
  {
    name: "1",
    "meta-type": "object",
    members: [member("kind", "4"), optional("children", "[1]")],
  },
  { name: "[1]", "meta-type": "array", "element-type": "1" },
  {
    name: "2",
    "meta-type": "object",
    members: [member("kind", "4"), member("pot-size", "int"), optional("beside", "6")],
    tag: "kind",
    variants: [
      { case: "oak", type: "5" },
      { case: "fir", type: "0" },
      { case: "elm", type: "0" },
    ],
  },
  { name: "3", "meta-type": "object", members: [member("kind", "4"), member("cause", "any")] },
  {
    name: "4",
    "meta-type": "enum",
    members: [{ name: "oak" }, { name: "fir" }, { name: "elm" }],
    values: ["oak", "fir", "elm"],
  },
  {
    name: "5",
    "meta-type": "object",
    members: [{ name: "acorns", type: "int", default: null, features: ["deprecated"] }],
  },
  { name: "6", "meta-type": "alternate", members: [{ type: "str" }, { type: "2" }] },
];

async function generate(schemas: Readonly<Record<string, Entities>>): Promise<Map<string, string>> {
  return generateTypes({ version: "9.9.9", entities: new Map(Object.entries(schemas)) });
}

/** Without the header and the imports. */
function body(files: ReadonlyMap<string, string>, name: string): string {
  const text = files.get(name) ?? "";
  return text.slice(Math.max(0, text.search(/^(?:export|\/\*\*)/m)));
}

describe("types", () => {
  test("are named after where they are used", async () => {
    const files = await generate({ x86_64: sample });
    expect(body(files, "commands.ts")).toBe(`\
/** Command name → what it takes and what it answers. Add to it by declaration merging. */
export interface QmpCommands {
  "plant-tree": { arguments: PlantTreeArguments; result: QmpNothing };
  "query-tree": { arguments: QmpNothing; result: readonly QueryTreeResult[] };
}
`);
    expect(body(files, "events.ts")).toBe(`\
/** Event name → its data. Add to it by declaration merging. */
export interface QmpEvents {
  TREE_FELL: TreeFellEvent;
}
`);
    expect(body(files, "results.ts")).toBe(`\
export type QueryTreeResult = {
  readonly kind: OpenEnum<QueryTreeKind>;
  readonly children?: readonly QueryTreeResult[];
};

export type TreeFellEvent = {
  readonly kind: OpenEnum<QueryTreeKind>;
  readonly cause: unknown;
};
`);
  });

  test("are unions where a tag decides, or the type of JSON", async () => {
    const files = await generate({ x86_64: sample });
    expect(body(files, "arguments.ts")).toBe(`\
export type PlantTreeArguments = {
  readonly "pot-size": number;
  readonly beside?: PlantTreeBeside;
} & (({ readonly kind: "oak" } & PlantTreeOak) | { readonly kind: "fir" | "elm" });

export type PlantTreeBeside = string | PlantTreeArguments;

export type PlantTreeOak = {
  /** @deprecated */
  readonly acorns?: number;
};
`);
    expect(body(files, "enums.ts")).toBe('export type QueryTreeKind = "oak" | "fir" | "elm";\n');
  });

  test("do not depend on the numbers or the order that QEMU gives them", () => {
    const numbers = [...new Set(sample.map(({ name }) => name))].filter((name) => /^\d/.test(name));
    const expected = renderSchema(mergeSchemas(new Map([["x86_64", sample]])), "");
    const shuffled = fc.tuple(
      fc.shuffledSubarray(numbers, { minLength: numbers.length }),
      fc.shuffledSubarray([...sample], { minLength: sample.length }),
    );
    fc.assert(
      fc.property(shuffled, ([names, entities]) => {
        const renumbered = JSON.parse(
          JSON.stringify(entities).replace(/"(\[?)(\d)(\]?)"/g, (_, open, number, close) => {
            return `"${open}${names[numbers.indexOf(number)]}${close}"`;
          }),
        ) as Entities;
        const schemas = new Map([
          ["x86_64", sample],
          ["arm", renumbered],
        ]);
        expect(renderSchema(mergeSchemas(new Map([["x86_64", renumbered]])), "")).toEqual(expected);
        expect(renderSchema(mergeSchemas(schemas), "")).toEqual(expected);
      }),
    );
  });
});

describe("several targets", () => {
  const arm: Entities = [
    ...builtins,
    command("query-tree", "0", "7"),
    command("query-bush", "0", "0"),
    { name: "7", "meta-type": "object", members: [member("height", "int"), member("kind", "8")] },
    { name: "8", "meta-type": "enum", members: [{ name: "oak" }], values: ["oak"] },
  ];
  const x86: Entities = [
    ...builtins,
    command("query-tree", "0", "1"),
    { name: "1", "meta-type": "object", members: [member("kind", "2")] },
    { name: "2", "meta-type": "enum", members: [{ name: "yew" }], values: ["yew"] },
  ];

  test("are merged, and what one lacks is optional", async () => {
    const files = await generate({ arm, x86_64: x86 });
    expect(body(files, "results.ts")).toBe(`\
export type QueryTreeResult = {
  readonly height?: number;
  readonly kind: OpenEnum<QueryTreeKind>;
};
`);
    expect(body(files, "enums.ts")).toBe('export type QueryTreeKind = "oak" | "yew";\n');
    expect(files.get("commands.ts")).toContain('  /** Only for arm. */\n  "query-bush": {');
  });

  test("that contradict each other cannot be merged", () => {
    const other: Entities = [
      ...builtins,
      command("query-tree", "0", "1"),
      { name: "1", "meta-type": "object", members: [member("kind", "str")] },
    ];
    const schemas = new Map([
      ["arm", arm],
      ["x86_64", other],
    ]);
    expect(() => mergeSchemas(schemas)).toThrow(
      "arm 8 (enum) and str (builtin) are in the same place",
    );
  });

  test("are named in the header, with the version", async () => {
    const files = await generate({ arm, x86_64: x86 });
    for (const text of files.values()) {
      expect(originOf(text)).toEqual({ version: "9.9.9", targets: ["arm", "x86_64"] });
    }
    expect(() => originOf("export {};\n")).toThrow("no generated file");
  });
});
