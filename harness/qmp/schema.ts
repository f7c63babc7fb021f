/** What one QEMU says that its commands take, to find out what it lacks before it is asked. */
import type { QmpResult } from "./commands.ts";
import { nearestName } from "./nearest-name.ts";
import { openCommands } from "./open-commands.ts";

type Entity = QmpResult<"query-qmp-schema">[number];
type ObjectEntity = Extract<Entity, { "meta-type": "object" }>;
type CommandEntity = Extract<Entity, { "meta-type": "command" }>;

/** Values of an enum that a message lists; more than these help nobody. */
const listedValues = 12;

/** The answer to `query-qmp-schema`, by name. Commands and types do not share names. */
export class QmpSchema {
  readonly #entities: ReadonlyMap<string, Entity>;

  constructor(entities: readonly Entity[]) {
    this.#entities = new Map(entities.map((entity) => [entity.name, entity]));
  }

  /** Whether there is the command, and whether it takes the argument, if one is given. */
  has(command: string, argument?: string): boolean {
    const found = this.#command(command);
    if (found === undefined || argument === undefined) return found !== undefined;
    const members = this.#objects(found["arg-type"]).flatMap((object) => object.members);
    return openCommands.includes(command) || members.some(({ name }) => name === argument);
  }

  /**
   * Why this QEMU cannot carry a command out, as the end of a sentence whose subject it is;
   * `undefined` if it may. Only names are looked at, which differ from one version to the next:
   * whether values have the right type and nothing is missing, QEMU itself says well.
   */
  lack(command: string, args: object | undefined, outOfBand: boolean): string | undefined {
    const found = this.#command(command);
    if (found === undefined) return `has no such command${this.#nearest(command)}`;
    if (outOfBand && found["allow-oob"] !== true) {
      return "takes it only in turn: leave outOfBand out";
    }
    if (openCommands.includes(command)) return undefined;
    return this.#lackIn(found["arg-type"], args ?? {}, "");
  }

  #command(name: string): CommandEntity | undefined {
    const entity = this.#entities.get(name);
    return entity?.["meta-type"] === "command" ? entity : undefined;
  }

  #nearest(command: string): string {
    const names = [...this.#entities.values()].flatMap((each) =>
      each["meta-type"] === "command" ? each.name : [],
    );
    return suggestion(command, names);
  }

  /** An object with those that any value of its tag may add. */
  #objects(name: string): ObjectEntity[] {
    const entity = this.#entities.get(name);
    if (entity?.["meta-type"] !== "object") return [];
    return [entity, ...(entity.variants ?? []).flatMap(({ type }) => this.#objects(type))];
  }

  #lackIn(type: string, value: unknown, path: string): string | undefined {
    const entity = this.#entities.get(type);
    switch (entity?.["meta-type"]) {
      case "enum":
        return lackOfValue(entity.values, value, path);
      case "array":
        return Array.isArray(value)
          ? firstOf(value.entries(), ([index, element]) =>
              this.#lackIn(entity["element-type"], element, `${path}[${index}]`),
            )
          : undefined;
      case "object":
        return isObject(value) ? this.#lackOfMember(entity, value, path) : undefined;
      case "alternate":
        return this.#lackInBranch(
          entity.members.map((branch) => branch.type),
          value,
          path,
        );
      default:
        return undefined;
    }
  }

  #lackOfMember(
    entity: ObjectEntity,
    value: Readonly<Record<string, unknown>>,
    path: string,
  ): string | undefined {
    const objects = this.#chosen(entity, value);
    const types = new Map(
      objects.flatMap(({ members }) => members.map(({ name, type }) => [name, type] as const)),
    );
    // What the tag says decides about the other members, so it is looked at first.
    const tags = objects.flatMap(({ tag }) => tag ?? []);
    const isWhole = objects.every((object) => object.tag === undefined || variantOf(object, value));
    const names = Object.keys(value).filter((name) => value[name] !== undefined);
    const ordered = [...names.filter((name) => tags.includes(name)), ...names];
    return firstOf(ordered, (name) => {
      const type = types.get(name);
      const where = path === "" ? name : `${path}.${name}`;
      if (type !== undefined) return this.#lackIn(type, value[name], where);
      if (!isWhole) return undefined;
      return `takes no argument "${where}"${suggestion(name, [...types.keys()])}`;
    });
  }

  /** The object itself with those that the values of tags add. */
  #chosen(entity: ObjectEntity, value: Readonly<Record<string, unknown>>): ObjectEntity[] {
    const added = this.#entities.get(variantOf(entity, value)?.type ?? "");
    return added?.["meta-type"] === "object" ? [entity, ...this.#chosen(added, value)] : [entity];
  }

  /** An alternate's branches differ by the type of JSON, so at most one is meant. */
  #lackInBranch(branches: readonly string[], value: unknown, path: string): string | undefined {
    const kind = isObject(value) ? "object" : Array.isArray(value) ? "array" : undefined;
    const entities = branches.map((branch) => this.#entities.get(branch));
    const takesAnyText = branches.includes("str");
    const meant = entities.find((entity) =>
      typeof value === "string" && !takesAnyText
        ? entity?.["meta-type"] === "enum"
        : entity?.["meta-type"] === kind,
    );
    return meant === undefined ? undefined : this.#lackIn(meant.name, value, path);
  }
}

/** What the value of the tag adds; `undefined` where there is no tag, or a value unknown to it. */
function variantOf({ tag, variants }: ObjectEntity, value: Readonly<Record<string, unknown>>) {
  return variants?.find((variant) => tag !== undefined && variant.case === value[tag]);
}

function lackOfValue(known: readonly string[], value: unknown, path: string): string | undefined {
  if (typeof value !== "string" || known.includes(value)) return undefined;
  const listed = known.slice(0, listedValues).map((each) => `"${each}"`);
  const more = known.length > listedValues ? `, and ${known.length - listedValues} more` : "";
  return `does not take "${value}" for "${path}", only ${listed.join(", ")}${more}`;
}

function firstOf<Item>(
  items: Iterable<Item>,
  judge: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = judge(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : `; the nearest is "${nearest}"`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
