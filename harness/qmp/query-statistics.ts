/** What KVM counts, from `query-stats` and `query-stats-schemas`. */
import { QmpError } from "../evidence/index.ts";
import type { QmpAsk } from "./ask.ts";

/** Which statistics. */
export interface StatisticsOptions {
  /** Of the machine as a whole, or of each CPU; default "vm". */
  readonly target?: "vm" | "vcpu";
  /** Only these; without it all that there are. */
  readonly names?: readonly string[];
}

/** One figure. */
export interface Statistic {
  readonly name: string;
  /** Who counts: "kvm". */
  readonly provider: string;
  /** Index of the CPU that it is of; `undefined` for the machine as a whole. */
  readonly cpu: number | undefined;
  /** A list is a histogram. */
  readonly value: number | boolean | readonly number[];
  /** "cumulative", "instant", "peak", "linear-histogram" or "log2-histogram". */
  readonly kind: string;
  /** "bytes", "seconds", "cycles" or "boolean"; `undefined` for a count of something. */
  readonly unit: string | undefined;
  /** `value` times this is in `unit`: 1e-9 where nanoseconds are counted. */
  readonly unitFactor: number;
}

interface RawResult {
  readonly provider: string;
  readonly "qom-path"?: string;
  readonly stats: readonly { readonly name: string; readonly value: Statistic["value"] }[];
}

interface RawSchema {
  readonly provider: string;
  readonly target: string;
  readonly stats: readonly {
    readonly name: string;
    readonly type: string;
    readonly unit?: string;
    readonly base?: number;
    readonly exponent: number;
  }[];
}

/**
 * @throws QmpError if nobody counts (QEMU 7.2 has statistics of KVM alone), or if a name is none.
 */
export async function queryStatistics(
  ask: QmpAsk,
  { target = "vm", names }: StatisticsOptions,
): Promise<readonly Statistic[]> {
  const schemas = ((await ask("query-stats-schemas")) as readonly RawSchema[]).filter(
    (schema) => schema.target === target,
  );
  checkNames(schemas, target, names);
  const results = (await ask("query-stats", { target })) as readonly RawResult[];
  const cpus = target === "vcpu" ? await indexesOfCpus(ask) : new Map<string, number>();
  return results.flatMap((result) => {
    const schema = schemas.find(({ provider }) => provider === result.provider);
    const wanted = result.stats.filter(({ name }) => names?.includes(name) ?? true);
    return wanted.map(({ name, value }) => {
      const described = schema?.stats.find((one) => one.name === name);
      return {
        name,
        provider: result.provider,
        cpu: cpus.get(result["qom-path"] ?? ""),
        value,
        kind: described?.type ?? "",
        unit: described?.unit,
        unitFactor: (described?.base ?? 1) ** (described?.exponent ?? 0),
      };
    });
  });
}

function checkNames(
  schemas: readonly RawSchema[],
  target: string,
  names: readonly string[] | undefined,
): void {
  const known = schemas.flatMap(({ stats }) => stats.map(({ name }) => name)).toSorted();
  const details = { sent: { execute: "query-stats-schemas" }, received: schemas };
  if (known.length === 0) {
    const advice = 'boot with accelerator: "kvm"; QEMU keeps them under KVM only';
    throw new QmpError(`this machine has no statistics: ${advice}`, details);
  }
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const there = `there are ${known.join(", ")}`;
  throw new QmpError(`no statistic of the ${target} is called "${unknown}": ${there}`, details);
}

async function indexesOfCpus(ask: QmpAsk): Promise<ReadonlyMap<string, number>> {
  const cpus = (await ask("query-cpus-fast")) as readonly {
    readonly "cpu-index": number;
    readonly "qom-path": string;
  }[];
  return new Map(cpus.map((cpu) => [cpu["qom-path"], cpu["cpu-index"]]));
}
