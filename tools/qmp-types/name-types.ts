/**
 * Gives names to types. QEMU's introspection hides its own, so a type is named after the place
 * where it is used that is nearest to a command or an event: what `query-block` answers is
 * `QueryBlockResult`, and its member `io-status` has the type `QueryBlockIoStatus`.
 */
import type { MergedSchema, Type } from "./merge-schemas.ts";
import { emptyType, type TypeId } from "./type-classes.ts";

/** What a value is for: what QEMU takes is closed, what it answers may be newer than the types. */
export type Direction = "taken" | "answered";

/** A type that has a name. */
export interface NamedType {
  readonly name: string;
  readonly id: TypeId;
  readonly type: Type;
  readonly direction: Direction;
}

interface Place {
  readonly id: TypeId;
  readonly direction: Direction;
  readonly name: string;
  /** What the names of the types inside begin with. */
  readonly stem: string;
}

/** Names of all types that commands and events use. */
export class TypeNames {
  readonly #types: ReadonlyMap<TypeId, Type>;
  readonly #named = new Map<string, NamedType>();
  readonly #taken = new Set<string>();
  readonly #directed = new Map<TypeId, boolean>();

  constructor(schema: MergedSchema) {
    this.#types = schema.types;
    let places: Place[] = [
      ...schema.commands.map(({ name, answers }) => place(answers, "answered", name, "Result")),
      ...schema.events.map(({ name, takes }) => place(takes, "answered", name, "Event")),
      ...schema.commands.map(({ name, takes }) => place(takes, "taken", name, "Arguments")),
    ];
    // Level by level, so that the nearest place gives the name.
    while (places.length > 0) places = places.flatMap((each) => this.#visit(each));
  }

  /** All named types, by their names. */
  all(): NamedType[] {
    return [...this.#named.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The name of a type; `undefined` for what has none: arrays, builtins and the empty object. */
  nameOf(id: TypeId, direction: Direction): string | undefined {
    return this.#named.get(this.#key(id, direction))?.name;
  }

  /** Names the type of one place, and returns the places in it. */
  #visit({ id, direction, name, stem }: Place): Place[] {
    const type = this.typeOf(id);
    if (type.kind === "builtin" || id === emptyType) return [];
    if (type.kind === "array") return this.#visit({ id: type.element, direction, name, stem });
    const key = this.#key(id, direction);
    if (this.#named.has(key)) return [];
    this.#named.set(key, { name: this.#free(name, direction), id, type, direction });
    const inside = (part: string, child: TypeId): Place => {
      const childName = `${stem}${pascal(part)}`;
      return { id: child, direction, name: childName, stem: childName };
    };
    if (type.kind === "enum") return [];
    if (type.kind === "alternate") {
      return type.branches.map((branch) => inside(this.typeOf(branch).kind, branch));
    }
    return [
      ...untagged(type).map((member) => inside(member.name, member.type)),
      ...type.variants.map((variant) => inside(variant.value, variant.type)),
    ];
  }

  typeOf(id: TypeId): Type {
    const type = this.#types.get(id);
    if (type === undefined) throw new Error(`no type ${id}`);
    return type;
  }

  #free(name: string, direction: Direction): string {
    const candidates = [name, `${name}${direction === "taken" ? "Argument" : "Result"}`];
    let free = candidates.find((candidate) => !this.#taken.has(candidate));
    for (let count = 2; free === undefined; count += 1) {
      if (!this.#taken.has(`${name}${count}`)) free = `${name}${count}`;
    }
    this.#taken.add(free);
    return free;
  }

  /** A type that holds an enum is two: an enum is closed where taken, and open where answered. */
  #key(id: TypeId, direction: Direction): string {
    const isDirected = this.typeOf(id).kind !== "enum" && this.#holdsEnum(id);
    return isDirected ? `${id} ${direction}` : id;
  }

  #holdsEnum(id: TypeId): boolean {
    const known = this.#directed.get(id);
    if (known !== undefined) return known;
    const seen = new Set<TypeId>();
    const search = (each: TypeId): boolean => {
      if (seen.has(each)) return false;
      seen.add(each);
      const type = this.typeOf(each);
      return type.kind === "enum" || childrenOf(type).some(search);
    };
    const found = search(id);
    this.#directed.set(id, found);
    return found;
  }
}

/** The members beside the tag, whose type is in the union itself. */
export function untagged(type: Extract<Type, { kind: "object" }>) {
  return type.members.filter(({ name }) => name !== type.tag);
}

function childrenOf(type: Type): readonly TypeId[] {
  if (type.kind === "array") return [type.element];
  if (type.kind === "alternate") return type.branches;
  if (type.kind !== "object") return [];
  return [...untagged(type), ...type.variants].map((part) => part.type);
}

function place(
  id: TypeId | undefined,
  direction: Direction,
  name: string,
  suffix: "Result" | "Event" | "Arguments",
): Place {
  const stem = pascal(name);
  return { id: id ?? emptyType, direction, name: `${stem}${suffix}`, stem };
}

/** "query-block" and "BLOCK_JOB_READY" as they stand in the names of types. */
function pascal(name: string): string {
  const words = (/[a-z]/.test(name) ? name : name.toLowerCase()).split(/[^A-Za-z0-9]+/);
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
}
