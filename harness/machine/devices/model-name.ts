/** The device model that a spec names. */
import { SpecError } from "../../evidence/index.ts";
import type { DeviceModel } from "../../host/index.ts";
import { nearestName } from "../../qmp/index.ts";

/** Models of a similar name that an error lists. */
const listedModels = 12;

/** @throws `SpecError` where this QEMU has none of that name, with what it has. */
export function modelNamed(
  name: string,
  field: string,
  models: readonly DeviceModel[],
): DeviceModel {
  const found = models.find((model) => model.name === name || model.aliases.includes(name));
  if (found !== undefined) return found;
  const [kind = name] = name.split("-");
  const alike = models.map((model) => model.name).filter((other) => other.includes(kind));
  const nearest = nearestName(
    name,
    models.flatMap((model) => [model.name, ...model.aliases]),
  );
  const parts = [
    ...(nearest === undefined ? [] : [`the nearest is "${nearest}"`]),
    ...(alike.length === 0 ? [] : [`it has ${alike.slice(0, listedModels).join(", ")}`]),
  ];
  const rest = parts.join("; ") || "it has nothing of a similar name";
  const all = alike.length === 0 ? " (all: -device help)" : "";
  throw new SpecError(`${field}.model`, `"${name}" is no device of this QEMU; ${rest}${all}`);
}
