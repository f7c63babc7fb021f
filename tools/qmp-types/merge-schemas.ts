/**
 * Makes one schema of those of several targets. Each QEMU numbers its types in a way of its own, so
 * types are recognised by where they are used: the results of one command are one type, and so is
 * what the members of one name have in it.
 */
import type { Entities } from "./ask-schemas.ts";
import { emptyType, TypeClasses, type TypeId, type TypeNode } from "./type-classes.ts";

/** One member of an object. */
export interface Member {
  readonly name: string;
  readonly type: TypeId;
  readonly isOptional: boolean;
  readonly isDeprecated: boolean;
}

/** A flat union: the value of the member `tag` decides which members there are besides. */
export interface Variant {
  readonly value: string;
  readonly type: TypeId;
}

/** An object; without a tag it has no variants. */
export interface ObjectType {
  readonly kind: "object";
  readonly members: readonly Member[];
  readonly tag: string | undefined;
  readonly variants: readonly Variant[];
}

/** A type, whatever number it has in which target. */
export type Type =
  | { readonly kind: "builtin"; readonly json: string }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "array"; readonly element: TypeId }
  | { readonly kind: "alternate"; readonly branches: readonly TypeId[] }
  | ObjectType;

/** One command or event. */
export interface Entry {
  readonly name: string;
  readonly takes: TypeId;
  /** `undefined` for an event. */
  readonly answers: TypeId | undefined;
  /** The targets that have it. */
  readonly targets: readonly string[];
  readonly isDeprecated: boolean;
}

/** What all targets have together; the entries in alphabetical order. */
export interface MergedSchema {
  readonly targets: readonly string[];
  readonly types: ReadonlyMap<TypeId, Type>;
  readonly commands: readonly Entry[];
  readonly events: readonly Entry[];
}

/** @throws Error if one position has types in two targets that cannot be the same. */
export function mergeSchemas(schemas: ReadonlyMap<string, Entities>): MergedSchema {
  const classes = new TypeClasses(schemas);
  const commands = mergeEntries(schemas, classes, "command");
  const events = mergeEntries(schemas, classes, "event");
  classes.uniteSlots();
  // Only now does each class have the id that it keeps.
  const settle = (entry: Entry): Entry => ({
    ...entry,
    takes: classes.classOf(entry.takes),
    answers: entry.answers === undefined ? undefined : classes.classOf(entry.answers),
  });
  const types = [...classes.classes()].map(
    ([id, nodes]) => [id, mergeType(classes, nodes)] as const,
  );
  return {
    targets: [...schemas.keys()],
    types: new Map(types),
    commands: commands.map(settle),
    events: events.map(settle),
  };
}

function mergeEntries(
  schemas: ReadonlyMap<string, Entities>,
  classes: TypeClasses,
  metaType: "command" | "event",
): Entry[] {
  const merged = new Map<string, Entry>();
  for (const [target, entities] of schemas) {
    for (const entity of entities) {
      if (entity["meta-type"] !== metaType) continue;
      const { name } = entity;
      const takes = classes.idIn(target, entity["arg-type"]);
      const answers = "ret-type" in entity ? classes.idIn(target, entity["ret-type"]) : undefined;
      const isDeprecated = entity.features?.includes("deprecated") ?? false;
      const known = merged.get(name);
      if (known === undefined) {
        merged.set(name, { name, takes, answers, targets: [target], isDeprecated });
        continue;
      }
      classes.unite(known.takes, takes);
      if (known.answers !== undefined && answers !== undefined) {
        classes.unite(known.answers, answers);
      }
      merged.set(name, { ...known, targets: [...known.targets, target] });
    }
  }
  return [...merged.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** One type of what it is in each of the targets that have it. */
function mergeType(classes: TypeClasses, nodes: readonly TypeNode[]): Type {
  const entities = nodes.map(({ entity }) => entity);
  const [first] = entities;
  switch (first?.["meta-type"]) {
    case "builtin":
      return { kind: "builtin", json: first["json-type"] };
    case "enum": {
      const values = entities.flatMap((each) => (each["meta-type"] === "enum" ? each.values : []));
      return { kind: "enum", values: [...new Set(values)] };
    }
    case "array":
      return { kind: "array", element: inSlot(classes, nodes, "element") };
    case "alternate": {
      const slots = [...(nodes[0]?.slots.keys() ?? [])];
      return { kind: "alternate", branches: slots.map((slot) => inSlot(classes, nodes, slot)) };
    }
    case "object":
      return mergeObject(classes, nodes);
    default:
      throw new Error("a class without types");
  }
}

function mergeObject(classes: TypeClasses, nodes: readonly TypeNode[]): ObjectType {
  const objects = nodes.flatMap(({ entity }) => (entity["meta-type"] === "object" ? entity : []));
  const names = new Set(objects.flatMap(({ members }) => members.map(({ name }) => name)));
  const members = [...names].map((name) => {
    const found = objects.map((each) => each.members.find((member) => member.name === name));
    return {
      name,
      type: inSlot(classes, nodes, `member ${name}`),
      // A target that lacks the member makes it optional as well.
      isOptional: found.some((member) => member === undefined || "default" in member),
      isDeprecated: found.some((member) => member?.features?.includes("deprecated")),
    };
  });
  const cases = objects.flatMap(({ variants }) => variants?.map((variant) => variant.case) ?? []);
  const variants = [...new Set(cases)].map((value) => ({
    value,
    type: inSlot(classes, nodes, `case ${value}`),
  }));
  return { kind: "object", members, tag: objects.find(({ tag }) => tag)?.tag, variants };
}

/** What stands in a slot; the empty object only if that is so in every target. */
function inSlot(classes: TypeClasses, nodes: readonly TypeNode[], slot: string): TypeId {
  const types = nodes.flatMap(({ slots }) => slots.get(slot) ?? []);
  const type = types.find((each) => each !== emptyType) ?? types[0];
  if (type === undefined) throw new Error(`no target has the ${slot}`);
  return classes.classOf(type);
}
