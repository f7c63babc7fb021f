/** Which types of which targets are the same: a union-find over all types of all targets. */
import type { Entities } from "./ask-schemas.ts";

/** What describes a type, and not a command or an event. */
export type TypeEntity = Exclude<Entities[number], { "meta-type": "command" | "event" }>;

/** Names a type: of one target ("x86_64 21") or of all ("str"); and the class that it is in. */
export type TypeId = string;

/** A type of one target, with what stands in it by place ("member status", "case qcow2"). */
export interface TypeNode {
  readonly entity: TypeEntity;
  readonly slots: ReadonlyMap<string, TypeId>;
}

/** The object without members: all that takes nothing or answers nothing shares it. */
export const emptyType: TypeId = "empty";

/** Starts with each type in a class of its own. */
export class TypeClasses {
  readonly #nodes = new Map<TypeId, TypeNode>();
  /** By target, then by the name that it has there. */
  readonly #ids = new Map<string, ReadonlyMap<string, TypeId>>();
  readonly #parents = new Map<TypeId, TypeId>();

  constructor(schemas: ReadonlyMap<string, Entities>) {
    for (const [target, entities] of schemas) {
      const types = entities.filter(isTypeEntity);
      this.#ids.set(target, new Map(types.map((type) => [type.name, idOf(target, type)])));
      for (const entity of types) {
        const slots = slotsOf(entity, (name) => this.idIn(target, name));
        this.#nodes.set(this.idIn(target, entity.name), { entity, slots });
      }
    }
  }

  /** The id of what `target` calls `name`. */
  idIn(target: string, name: string): TypeId {
    const id = this.#ids.get(target)?.get(name);
    if (id === undefined) throw new Error(`the schema of ${target} describes no type ${name}`);
    return id;
  }

  /** The id of the class that holds `id`, until the next `unite`. */
  classOf(id: TypeId): TypeId {
    const parent = this.#parents.get(id);
    return parent === undefined ? id : this.classOf(parent);
  }

  /**
   * Says that two types are the same. The empty object stays apart: where one target takes nothing
   * and another something, not all that takes nothing becomes that.
   *
   * @returns whether they were in different classes before.
   * @throws Error if they cannot be the same.
   */
  unite(one: TypeId, other: TypeId): boolean {
    const [first, second] = [this.classOf(one), this.classOf(other)];
    if (first === second || first === emptyType || second === emptyType) return false;
    const kinds = [first, second].map((id) => this.#nodes.get(id)?.entity["meta-type"]);
    if (kinds[0] !== kinds[1] || kinds[0] === "builtin") {
      throw new Error(`${first} (${kinds[0]}) and ${second} (${kinds[1]}) are in the same place`);
    }
    this.#parents.set(second, first);
    return true;
  }

  /** Unites what stands in the same place of types of one class, until nothing is left to unite. */
  uniteSlots(): void {
    for (let isChanged = true; isChanged; ) {
      isChanged = false;
      for (const nodes of this.classes().values()) {
        const firsts = new Map<string, TypeId>();
        for (const [slot, type] of nodes.flatMap(({ slots }) => [...slots])) {
          const first = firsts.get(slot);
          if (first === undefined || first === emptyType) firsts.set(slot, type);
          else if (this.unite(first, type)) isChanged = true;
        }
      }
    }
  }

  /** All classes with the types in them, in the order of the targets. */
  classes(): Map<TypeId, TypeNode[]> {
    const classes = new Map<TypeId, TypeNode[]>();
    for (const [id, node] of this.#nodes) {
      const known = classes.get(this.classOf(id));
      if (known === undefined) classes.set(this.classOf(id), [node]);
      else known.push(node);
    }
    return classes;
  }
}

function isTypeEntity(entity: Entities[number]): entity is TypeEntity {
  return entity["meta-type"] !== "command" && entity["meta-type"] !== "event";
}

function idOf(target: string, type: TypeEntity): TypeId {
  if (type["meta-type"] === "builtin") return type.name;
  const isEmpty = type["meta-type"] === "object" && type.members.length === 0 && !type.tag;
  return isEmpty ? emptyType : `${target} ${type.name}`;
}

function slotsOf(entity: TypeEntity, idOfName: (name: string) => TypeId): Map<string, TypeId> {
  switch (entity["meta-type"]) {
    case "array":
      return new Map([["element", idOfName(entity["element-type"])]]);
    case "alternate":
      return new Map(
        entity.members.map(({ type }, index) => [`branch ${index}`, idOfName(type)] as const),
      );
    case "object":
      return new Map([
        ...entity.members.map(({ name, type }) => [`member ${name}`, idOfName(type)] as const),
        ...(entity.variants ?? []).map(
          ({ case: value, type }) => [`case ${value}`, idOfName(type)] as const,
        ),
      ]);
    default:
      return new Map();
  }
}
