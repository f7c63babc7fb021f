/** The table of boards, each row against QEMU's own board. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test, vi } from "vitest";
import { findMachineType, findQemu } from "../../harness/host/index.ts";
import { architectures, boardOf } from "../../harness/machine/board.ts";
import { chooseBoard } from "../../harness/machine/choose-board.ts";
import { reproductionCommandLine } from "../../harness/machine/command-line.ts";
import { serialPortsOf } from "../../harness/machine/plan-ports.ts";
import { bind, defaultBinding } from "../../harness/process/binding.ts";
import { temporaryDirectory } from "./machines.ts";
import { planFor } from "./planned.ts";

vi.setConfig({ testTimeout: 80_000 });

const rows = architectures.flatMap(({ arch, boards }) =>
  Object.keys(boards)
    .filter((machine) => machine !== "none" && machine !== "x-remote")
    .flatMap((machine) => {
      const options = boardOf(arch, machine).furtherPorts.map(({ option }) => option);
      const asked = options.filter((option) => option !== undefined);
      return [machine, ...asked.map((option) => `${machine},${option}=on`)];
    })
    .map((machine) => [arch, machine] as const),
);

interface CharacterDevice {
  readonly label: string;
  readonly "frontend-open": boolean;
}

/** Takes the command line's own serial ports away. */
function withoutSerial(words: readonly string[]): string[] {
  const isSerial = (index: number) => words[index] === "-serial" || words[index - 1] === "-serial";
  return words.filter((_, index) => !isSerial(index));
}

/** A QEMU that outlives a killed test waits for a command for ever. */
function boundToThisProcess(file: string, commandArguments: readonly string[]) {
  return defaultBinding() === "pdeathsig"
    ? bind("pdeathsig", file, commandArguments, 0)
    : { file, commandArguments };
}

const input = ["qmp_capabilities", "query-chardev", "quit"]
  .map((name) => JSON.stringify({ execute: name }))
  .join("");

test("every board of the table starts with what the table says of it, or is not in this QEMU", async () => {
  const started: string[] = [];
  const flat = join(temporaryDirectory(), "flat.bin");
  writeFileSync(flat, Buffer.alloc(8192, 0xa5));
  const queue = rows.values();
  const worker = async () => {
    for (const [arch, machine] of queue) {
      const [machineType = ""] = machine.split(",");
      const qemu = await findQemu(arch).catch(() => undefined);
      if (qemu === undefined || findMachineType(qemu, machineType) === undefined) continue;
      const board = chooseBoard({ arch, machine }, undefined);
      const spec = { arch, machine, exitDevice: board.facts.exitDevice !== undefined };
      // This firmware is not in every distribution.
      const firmware = arch === "riscv32" ? { kind: "bios", file: "none" } : { kind: "default" };
      const plan = planFor(spec, undefined, { firmware } as object);
      const words = withoutSerial(reproductionCommandLine(plan, false));
      const labels = Array.from({ length: serialPortsOf(board, qemu) }, (_, i) => `uart${i}`);
      const ports = labels.flatMap((label) => [
        ...["-chardev", `null,id=${label}`],
        ...["-serial", `chardev:${label}`],
      ]);
      const takesFlat = board.facts.kernelForms?.includes("flat") === true;
      const kernel = takesFlat ? ["-kernel", flat] : [];
      const all = [...words, ...ports, ...kernel, "-S", "-qmp", "stdio"];
      const bound = boundToThisProcess(qemu.path, all);
      const run = await execa(bound.file, bound.commandArguments, { input });
      // A port that a board has not is left alone, and QEMU says nothing of it.
      const answer = run.stdout.split("\n").find((line) => line.includes("frontend-open")) ?? "{}";
      const { return: devices = [] } = JSON.parse(answer) as {
        return?: readonly CharacterDevice[];
      };
      const open = devices.filter((device) => device["frontend-open"]).map(({ label }) => label);
      expect(open, `${machine} of ${arch}`).toEqual(expect.arrayContaining(labels));
      started.push(`${arch} ${machine}`);
    }
  };
  await Promise.all([worker(), worker()]);
  // What every computer has that can run these tests.
  for (const board of ["x86_64 pc", "aarch64 virt", "arm mps2-an385", "riscv64 virt"]) {
    expect(started).toContain(board);
  }
});
