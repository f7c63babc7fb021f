/** Writes a merged schema as TypeScript. */
import { openCommands } from "../../harness/qmp/index.ts";
import type { Entry, MergedSchema, ObjectType, Variant } from "./merge-schemas.ts";
import { type Direction, type NamedType, TypeNames, untagged } from "./name-types.ts";
import { emptyType, type TypeId } from "./type-classes.ts";

const builtins: Readonly<Record<string, string>> = {
  string: "string",
  int: "number",
  number: "number",
  boolean: "boolean",
  null: "null",
  value: "unknown",
};

/** Name of a file in `harness/qmp/generated` → its text, not yet formatted. */
export function renderSchema(schema: MergedSchema, header: string): Map<string, string> {
  const renderer = new Renderer(schema);
  const all = renderer.names.all();
  const isEnum = ({ type }: NamedType) => type.kind === "enum";
  const files: [string, string][] = [
    ["enums.ts", renderer.declare(all.filter(isEnum))],
    ["results.ts", renderer.declare(all.filter((each) => !isEnum(each) && isAnswered(each)))],
    ["arguments.ts", renderer.declare(all.filter((each) => !isEnum(each) && !isAnswered(each)))],
    ["commands.ts", renderer.commands()],
    ["events.ts", renderer.events()],
  ];
  const fileOf = new Map(
    all.map((each) => {
      const file = isEnum(each) ? "enums" : isAnswered(each) ? "results" : "arguments";
      return [each.name, `./${file}.ts`];
    }),
  );
  return new Map(
    files.map(([name, body]) => [name, `${header}\n${imports(name, body, fileOf)}\n${body}`]),
  );
}

function isAnswered({ direction }: NamedType): boolean {
  return direction === "answered";
}

/** The imports that a file needs for the names in it. */
function imports(file: string, body: string, fileOf: ReadonlyMap<string, string>): string {
  const bySource = new Map<string, string[]>();
  const add = (source: string, name: string) =>
    bySource.set(source, [...(bySource.get(source) ?? []), name]);
  for (const name of new Set(body.match(/\b[A-Z]\w+/g))) {
    if (name === "OpenEnum" || name === "QmpNothing") add("../shapes.ts", name);
    const source = fileOf.get(name);
    if (source !== undefined && source !== `./${file}`) add(source, name);
  }
  return [...bySource]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([source, names]) => `import type { ${names.sort().join(", ")} } from "${source}";`)
    .join("\n");
}

class Renderer {
  readonly names: TypeNames;
  readonly #schema: MergedSchema;

  constructor(schema: MergedSchema) {
    this.#schema = schema;
    this.names = new TypeNames(schema);
  }

  declare(types: readonly NamedType[]): string {
    return types.map((each) => `export type ${each.name} = ${this.#body(each)};\n`).join("\n");
  }

  commands(): string {
    const lines = this.#schema.commands.map((entry) => {
      const takes = this.#use(entry.takes, "taken");
      const open = openCommands.includes(entry.name) ? " & Record<string, unknown>" : "";
      const answers = this.#use(entry.answers ?? emptyType, "answered");
      return `${this.#comment(entry)}${key(entry.name)}: { arguments: ${takes}${open}; result: ${answers} };`;
    });
    const what =
      "Command name → what it takes and what it answers. Add to it by declaration merging.";
    return `/** ${what} */\nexport interface QmpCommands {\n${lines.join("\n")}\n}\n`;
  }

  events(): string {
    const lines = this.#schema.events.map(
      (entry) =>
        `${this.#comment(entry)}${key(entry.name)}: ${this.#use(entry.takes, "answered")};`,
    );
    const what = "Event name → its data. Add to it by declaration merging.";
    return `/** ${what} */\nexport interface QmpEvents {\n${lines.join("\n")}\n}\n`;
  }

  #comment({ targets, isDeprecated }: Entry): string {
    const lacking = this.#schema.targets.filter((target) => !targets.includes(target));
    const deprecated = isDeprecated ? "@deprecated" : "";
    if (lacking.length === 0) return deprecated && `/** ${deprecated} */\n`;
    const which =
      lacking.length < targets.length
        ? `Not for ${lacking.join(", ")}.`
        : `Only for ${targets.join(", ")}.`;
    return `/** ${which} ${deprecated} */\n`.replace("  ", " ");
  }

  #body({ type, direction }: NamedType): string {
    switch (type.kind) {
      case "enum":
        return type.values.map((value) => JSON.stringify(value)).join(" | ");
      case "alternate":
        return type.branches.map((branch) => this.#use(branch, direction)).join(" | ");
      case "object":
        return type.tag === undefined
          ? this.#members(type, direction)
          : this.#union(type, type.tag, direction);
      default:
        throw new Error(`a ${type.kind} has no name`);
    }
  }

  #members(type: ObjectType, direction: Direction): string {
    const members = untagged(type).map(({ name, type: id, isOptional, isDeprecated }) => {
      const comment = isDeprecated ? "/** @deprecated */\n" : "";
      return `${comment}readonly ${key(name)}${isOptional ? "?" : ""}: ${this.#use(id, direction)};`;
    });
    return `{\n${members.join("\n")}\n}`;
  }

  /** A member for each type that the tag may lead to, told apart by the tag. */
  #union(type: ObjectType, tag: string, direction: Direction): string {
    const base = untagged(type).length === 0 ? "" : `${this.#members(type, direction)} & `;
    const isOptional = type.members.find(({ name }) => name === tag)?.isOptional ?? false;
    const groups = Map.groupBy(type.variants, (variant: Variant) => variant.type);
    const union = [...groups].map(([id, variants]) => {
      const values = variants.map(({ value }) => JSON.stringify(value)).join(" | ");
      const discriminant = `{ readonly ${key(tag)}${isOptional ? "?" : ""}: ${values} }`;
      return id === emptyType ? discriminant : `(${discriminant} & ${this.#use(id, direction)})`;
    });
    return `${base}(${union.join(" | ")})`;
  }

  /** How a type is written where it is used. */
  #use(id: TypeId, direction: Direction): string {
    const type = this.names.typeOf(id);
    if (type.kind === "builtin") return builtins[type.json] ?? "unknown";
    if (id === emptyType) return "QmpNothing";
    if (type.kind === "array") return `readonly ${bracket(this.#use(type.element, direction))}[]`;
    const name = this.names.nameOf(id, direction);
    if (name === undefined) throw new Error(`the type ${id} has no name`);
    return type.kind === "enum" && direction === "answered" ? `OpenEnum<${name}>` : name;
  }
}

/** "readonly X[]" needs brackets to be an element itself. */
function bracket(element: string): string {
  return element.includes(" ") ? `(${element})` : element;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}
