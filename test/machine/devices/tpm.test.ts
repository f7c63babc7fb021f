/** Trusted Platform Modules: as words for QEMU, as a guest finds them, and as swtpm's process. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { HostError, SpecError } from "../../../harness/evidence/index.ts";
import { checkDevice } from "../../../harness/machine/devices/device-check.ts";
import { type MachineSpec, tpm } from "../../../harness/machine/index.ts";
import { runShell } from "../../../harness/process/index.ts";
import { kernelPath } from "../../../kernels/build.ts";
import { startOwner } from "../../process/owner-process.ts";
import {
  boot,
  errorOf,
  privateDirectoryOf,
  processesWith,
  soonMs,
  temporaryDirectory,
  useKernels,
} from "../machines.ts";

useKernels("tpm", "spin");

const holdMachine = join(import.meta.dirname, "../owners/hold-machine.ts");
const soon = { timeoutMs: soonMs };
const start = (spec: MachineSpec) => boot({ kernel: kernelPath("tpm", "i386"), ...spec });

async function askedOf(spec: MachineSpec): Promise<string[]> {
  const vm = await start(spec);
  await vm.serial.waitFor("random bytes:", soon);
  await vm.exited;
  return vm.serial.text.trimEnd().split("\n");
}

describe("a guest gets random bytes", () => {
  test.each([
    ["2.0", "pc", tpm.tis()],
    ["2.0", "q35", tpm.tis({ version: "2.0", id: "chip" })],
    ["1.2", "pc", tpm.tis({ version: "1.2" })],
  ])("of a TPM %s on %s", async (version, machine, device) => {
    const [what, first] = await askedOf({ machine, devices: [device] });
    expect(what).toMatch(new RegExp(`^TPM ${version}, vendor and device 0x1\\w+$`));
    expect(first).toMatch(/^result 0x0, random bytes:( 0x[0-9a-f]{1,2}){16}$/);
    // Each machine has a TPM of its own.
    const [, second] = await askedOf({ machine, devices: [device] });
    expect(second).toMatch(/^result 0x0/);
    expect(second).not.toBe(first);
  });

  test("and none without", async () => {
    const vm = await start({ machine: "pc" });
    await vm.serial.waitFor("no TPM\n", soon);
  });
});

describe("swtpm", () => {
  const devices = [tpm.tis({ id: "chip" })];
  const socketOf = (directory: string) => `path=${join(directory, "chip.socket")}`;

  test("serves the machine, is in its evidence, and goes with it", async () => {
    const vm = await boot("spin", { machine: "pc", devices });
    const directory = privateDirectoryOf(vm);
    expect(processesWith(socketOf(directory))).toHaveLength(2);
    expect((await vm.qmp.execute("query-tpm"))[0]).toMatchObject({ model: "tpm-tis" });
    expect(vm.record().files.map(({ name }) => name)).toContain("swtpm.chip.log");
    await vm[Symbol.asyncDispose]();
    expect(processesWith(socketOf(directory))).toEqual([]);
  });

  test("is noted where it dies before the machine does", async () => {
    const vm = await boot("spin", { machine: "pc", devices });
    const socket = socketOf(privateDirectoryOf(vm));
    const [pid] = processesWith(socket).filter((one) =>
      readFileSync(`/proc/${one}/cmdline`, "utf8").includes("swtpm\0socket\0"),
    );
    process.kill(pid as number, "SIGKILL");
    const notes = () => vm.record().timeline.filter(({ source }) => source === "swtpm of chip");
    await expect.poll(notes, { timeout: soonMs, interval: 10 }).toHaveLength(1);
    expect(notes()[0]?.text).toBe("it ended with SIGKILL; the machine goes on without it");
  });

  test("is not left where the owner of the machine is killed", async () => {
    const parent = temporaryDirectory();
    const spec = { kernel: kernelPath("spin"), machine: "pc", accelerator: "tcg", devices };
    const owner = startOwner(holdMachine, [JSON.stringify(spec)], parent);
    expect(await owner.nextLine()).toBe("running");
    expect(processesWith(`path=${parent}`)).toHaveLength(2);
    owner.process.kill("SIGKILL");
    await owner.exited();
    const limit = { timeout: soonMs, interval: 20 };
    await expect.poll(() => processesWith(`path=${parent}`), limit).toEqual([]);
  });

  test("serves where the temporary directory has a longer path than a socket", async () => {
    // The address of a socket has 107 characters at most: unix(7).
    const parent = join(temporaryDirectory(), "long".repeat(20));
    mkdirSync(parent);
    const spec = { kernel: kernelPath("spin"), machine: "pc", accelerator: "tcg", devices };
    const owner = startOwner(holdMachine, [JSON.stringify(spec)], parent);
    expect(await owner.nextLine()).toBe("running");
    owner.process.kill("SIGTERM");
    await owner.exited();
    expect(readdirSync(parent)).toEqual(["runs"]);
  });

  test("is started by the command that shows the same again", async () => {
    const id = `chip-${process.pid}`;
    const vm = await start({ machine: "pc", devices: [tpm.tis({ id })] });
    await vm.exited;
    const { reproduce } = vm.record();
    // Somebody else's, where the command of an earlier bringup had its own.
    const theirs = `/tmp/${id}-state`;
    mkdirSync(theirs);
    onTestFinished(() => rmSync(theirs, { recursive: true }));
    writeFileSync(join(theirs, "precious"), "data");
    const { output } = await runShell(reproduce, {
      directory: temporaryDirectory(),
      limitMs: soonMs,
    });
    expect(output).toMatch(/TPM 2\.0, .*\s+result 0x0, random bytes/);
    expect(readdirSync(theirs)).toEqual(["precious"]);
    expect(readdirSync("/tmp")).not.toContain(`${id}.socket`);
  });
});

test("a board without ISA has its own", async () => {
  const kernel = kernelPath("spin", "aarch64");
  const vm = await boot({ kernel, devices: [tpm.tisDevice()] });
  expect((await vm.qmp.execute("query-tpm"))[0]).toMatchObject({ id: "device0-tpm" });
  const crb = await boot("spin", { machine: "q35", devices: [tpm.crb()] });
  expect((await crb.qmp.execute("query-tpm"))[0]).toMatchObject({ model: "tpm-crb" });
});

describe("are refused", () => {
  test.each<[string, unknown, RegExp]>([
    [
      "another version",
      tpm.tis({ version: "3.0" as "2.0" }),
      /tpm\.version: got "3\.0", takes one/,
    ],
    ["no object", { model: "tpm-tis", tpm: true }, /tpm: got true, takes an object such as/],
    ["its backend", tpm.crb({ properties: { tpmdev: "a" } }), /tpmdev: is set by the harness/],
  ])("with %s", (_, device, words) => {
    expect(() => checkDevice(device, "devices[0]")).toThrow(words);
  });

  test("where there is no swtpm, no such model, or QEMU runs already", async () => {
    const arm = { arch: "aarch64", machine: "virt", devices: [tpm.tis()] };
    const other = await errorOf(boot(arm), SpecError);
    expect(other.message).toMatch(/"tpm-tis" is no device of this QEMU; it has tpm-tis-device/);
    const vm = await boot("spin", { machine: "pc" });
    const late = await errorOf(vm.attach(tpm.tis()), SpecError);
    expect(late.message).toMatch(/^device\.tpm: cannot be attached: what is behind it is made/);
    const qemu = join(temporaryDirectory(), "qemu-system-x86_64");
    symlinkSync("/usr/bin/qemu-system-x86_64", qemu);
    vi.stubEnv("PATH", dirname(qemu));
    onTestFinished(() => void vi.unstubAllEnvs());
    const error = await errorOf(boot("spin", { machine: "pc", devices: [tpm.tis()] }), HostError);
    expect(error.message).toMatch(/^install swtpm, which is what the TPM of devices\[0\] runs on/);
  });
});
