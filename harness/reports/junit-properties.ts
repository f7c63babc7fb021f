/** The properties of a test case: what decided its verdict, as name and value. */
import { describeLocation, type MachineRecord } from "../evidence/index.ts";
import { verdictMachines } from "./junit-output.ts";
import type { CaseReport } from "./run.ts";

/** One `<property>`. */
interface Property {
  readonly name: string;
  readonly value: string;
}

/**
 * Properties of one test case. Those of a machine carry the machine's name in front ("boot-2/")
 * as soon as there is more than one. `flaky` and `retries` appear only where there was a retry.
 */
export function caseProperties(test: CaseReport): Property[] {
  const machines = verdictMachines(test);
  const retries = test.attempts.filter((attempt) => attempt.retry > 0).length;
  const repeats = Math.max(0, ...test.attempts.map((attempt) => attempt.repeat));
  return [
    ...(test.state === "passed" || test.state === "failed"
      ? []
      : [{ name: "state", value: test.state }]),
    ...(test.skipReason === null ? [] : [{ name: "skip.reason", value: test.skipReason }]),
    ...(test.flaky ? [{ name: "flaky", value: "true" }] : []),
    ...(retries === 0 ? [] : [{ name: "retries", value: String(retries) }]),
    ...(repeats === 0 ? [] : [{ name: "repeats", value: String(repeats) }]),
    ...(test.record?.baselines ?? []).map(({ change, path }) => ({
      name: `baseline.${change}`,
      value: path,
    })),
    ...test.tags.map((tag) => ({ name: "tag", value: tag })),
    ...Object.entries(test.meta).map(([name, value]) => ({ name: `meta.${name}`, value })),
    ...machines.flatMap((machine) =>
      machineProperties(machine).map((property) => ({
        name: machines.length > 1 ? `${machine.name}/${property.name}` : property.name,
        value: property.value,
      })),
    ),
  ];
}

function machineProperties(machine: MachineRecord): Property[] {
  const { kernel, exit, accelerator } = machine;
  return [
    { name: "accelerator.requested", value: accelerator.requested },
    { name: "accelerator.used", value: accelerator.used },
    { name: "accelerator.why", value: accelerator.why },
    { name: "qemu.binary", value: machine.qemu.binary },
    { name: "qemu.version", value: machine.qemu.version },
    { name: "machine.arch", value: machine.arch },
    { name: "machine.type", value: machine.machineType },
    ...(machine.sharedSince === undefined
      ? []
      : [{ name: "machine.sharedSince", value: machine.sharedSince }]),
    ...(kernel === null
      ? []
      : [
          { name: "kernel.path", value: kernel.path },
          { name: "kernel.sha256", value: kernel.sha256 },
          { name: "kernel.image", value: kernel.image },
        ]),
    { name: "exit.kind", value: exit === null ? "none" : exit.kind },
    ...(exit === null ? [] : [{ name: "exit.because", value: exit.because }]),
    ...(exit?.kind === "debug-exit" ? [{ name: "exit.status", value: String(exit.status) }] : []),
    ...(exit?.kind === "debug-exit" && exit.outcome !== undefined
      ? [{ name: "exit.outcome", value: exit.outcome }]
      : []),
    ...(exit?.at === undefined ? [] : [{ name: "exit.at", value: describeLocation(exit.at) }]),
    ...machine.findings.map((finding) => ({ name: "finding", value: finding.kind })),
    { name: "reproduce", value: machine.reproduce },
  ];
}
