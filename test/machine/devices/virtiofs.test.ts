/** Directories that virtiofsd serves: as words, as its process, and where it cannot be had. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { HostError, SpecError } from "../../../harness/evidence/index.ts";
import { findVirtiofsd, parseVirtiofsdHelp } from "../../../harness/host/index.ts";
import { commandLine } from "../../../harness/machine/command-line.ts";
import { checkDevice } from "../../../harness/machine/devices/device-check.ts";
import type { PlannedDevice } from "../../../harness/machine/devices/plan-devices.ts";
import {
  planVirtiofs,
  type VirtiofsProgram,
  virtiofsCommand,
  virtiofsLock,
} from "../../../harness/machine/devices/virtiofs.ts";
import { share } from "../../../harness/machine/index.ts";
import { reproduction } from "../../../harness/machine/reproduction.ts";
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
import { planFor } from "../planned.ts";

useKernels("spin");

/** Set-up goes on without it where a release has none, or it cannot be installed. */
const installed = await findVirtiofsd().catch((error: unknown) => {
  if (error instanceof HostError && error.message.startsWith("install virtiofsd")) return undefined;
  throw error;
});
// style-allow skip: without a virtiofsd of this computer's own there is nothing to start.
const testOfInstalled = test.skipIf(installed === undefined);

const program: VirtiofsProgram = {
  kind: "virtiofsd",
  file: "/usr/libexec/virtiofsd",
  dialect: "rust",
  directory: "/share",
  writable: false,
  isRoot: false,
};
const planned: PlannedDevice = {
  ...{ id: "fs", model: "vhost-user-fs-pci", properties: { tag: "host" }, backend: "none" },
  ...{ drive: undefined, share: undefined, chardev: undefined, memoryBytes: undefined, program },
};

describe("the words", () => {
  test("of QEMU share the machine's memory, once", () => {
    const plan = planFor({ machine: "q35", memory: "64M" }, "multiboot", {
      devices: [planned, { ...planned, id: "other" }],
    });
    const words = commandLine(plan, { directory: "/run", cpuLog: "/log" }).join(" ");
    expect(words).toContain(
      "-object memory-backend-memfd,id=ram,size=67108864,share=on -machine q35,memory-backend=ram ",
    );
    expect(words.split("memory-backend-memfd")).toHaveLength(2);
    expect(words).toContain(
      "-chardev socket,id=fs-program,path=/run/fs.socket " +
        "-device vhost-user-fs-pci,id=fs,tag=host,chardev=fs-program ",
    );
    const again = reproduction(plan, false);
    const d = '"$directory"/';
    expect(again).toContain(
      "(directory=$(mktemp -d /tmp/bringup.XXXXXX) && trap 'rm -rf \"$directory\"' EXIT && " +
        `mkdir -m 700 ${d}fs-state && ` +
        `{ /usr/libexec/virtiofsd --socket-path=${d}fs.socket --shared-dir=/share ` +
        `--sandbox=none --readonly & } && ` +
        `until [ -S ${d}fs.socket ] || ! kill -0 $!; do sleep 0.1; done && `,
    );
    expect(again).toContain(`-chardev socket,id=fs-program,path=${d}fs.socket -device`);
  });

  test.each<[string, Partial<VirtiofsProgram>, string[]]>([
    ["the newer one", { writable: true }, ["--shared-dir=/share", "--sandbox=none"]],
    ["of root", { isRoot: true }, ["--shared-dir=/share", "--sandbox=chroot", "--readonly"]],
    [
      "the older one",
      { dialect: "c", writable: true, directory: "/a,b\\c" },
      ["-o", "source=/a\\,b\\\\c", "-o", "sandbox=chroot"],
    ],
  ])("of the program: %s", (_, rest, words) => {
    const command = virtiofsCommand({ ...program, ...rest }, "/s");
    expect(command).toEqual(["/usr/libexec/virtiofsd", "--socket-path=/s", ...words]);
  });
});

describe("virtiofsd", () => {
  test("is found on PATH, then by descriptors, and tells what it can do", async () => {
    const directory = temporaryDirectory();
    const none = { environment: { PATH: directory }, directories: [directory] };
    const missing = await errorOf(findVirtiofsd(none), HostError);
    expect(missing.message).toMatch(
      /^install virtiofsd: there is none on PATH, and none described/,
    );
    const older = writeProgram(join(directory, "older"), "usage: [options]  -o source=PATH");
    writeFileSync(join(directory, "10-gpu.json"), '{"type":"gpu","binary":"/bin/sh"}');
    writeFileSync(join(directory, "20-broken.json"), "{");
    writeFileSync(join(directory, "30-fs.json"), JSON.stringify({ type: "fs", binary: older }));
    expect(await findVirtiofsd(none)).toEqual({ path: older, dialect: "c", canBeReadOnly: false });
    const newer = writeProgram(join(directory, "virtiofsd"), "--shared-dir <DIR>  --readonly");
    const found = await findVirtiofsd(none);
    expect(found).toEqual({ path: newer, dialect: "rust", canBeReadOnly: true });
  });

  test("that tells nothing to an ordinary user is the older one, and no other failure is", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "virtiofsd");
    const asked = { environment: { PATH: directory }, directories: [] };
    writeFileSync(path, "#!/bin/sh\necho 'no room' >&2\nexit 1\n", { mode: 0o755 });
    const broken = await errorOf(findVirtiofsd(asked), HostError);
    expect(broken.message).toContain("no room");
    const refusal = "setgroups() failed with error=1:Operation not permitted";
    writeFileSync(path, `#!/bin/sh\necho '${refusal}' >&2\nexit 1\n`, { mode: 0o755 });
    expect(await findVirtiofsd(asked)).toEqual({ path, dialect: "c", canBeReadOnly: false });
  });

  function writeProgram(path: string, help: string): string {
    writeFileSync(path, `#!/bin/sh\necho '${help}'\n`, { mode: 0o755 });
    return path;
  }

  testOfInstalled(
    "of this computer is one of the two, and its options are there",
    async ({ skip }) => {
      const { dialect, path } = await findVirtiofsd();
      if (dialect === "c" && process.getuid?.() !== 0) skip("this virtiofsd runs as root only");
      const help = execFileSync(path, ["--help"], { encoding: "utf8" });
      expect(parseVirtiofsdHelp(path, help)).toMatchObject({ path, dialect });
      for (const [word] of virtiofsCommand({ ...program, dialect, directory: "/" }, "/s")
        .filter((one) => one.startsWith("--"))
        .map((one) => one.split("="))) {
        expect(help).toContain(word);
      }
    },
  );

  testOfInstalled("serves a machine, is in its evidence, and goes with it", async ({ skip }) => {
    const { dialect } = await findVirtiofsd();
    if (dialect === "c" && process.getuid?.() !== 0) skip("this virtiofsd runs as root only");
    const directory = join(temporaryDirectory(), "a,b");
    mkdirSync(directory);
    const options = { directory, tag: "host", by: "virtiofs", writable: true } as const;
    const devices = [share({ ...options, id: "one" }), share({ ...options, id: "two" })];
    const vm = await boot("spin", { machine: "q35", devices });
    const sockets = ["one", "two"].map((id) => join(privateDirectoryOf(vm), `${id}.socket`));
    const [memory] = await vm.qmp.execute("query-memdev");
    expect(memory).toMatchObject({ id: "ram", size: 128 * 1024 ** 2, share: true });
    expect(vm.record().files.map(({ name }) => name)).toContain("virtiofsd.one.log");
    const [first] = processesOf(sockets[0] as string);
    process.kill(first as number, "SIGKILL");
    const notes = () => vm.record().timeline.filter(({ source }) => source === "virtiofsd of one");
    await expect.poll(notes, { timeout: soonMs, interval: 10 }).toHaveLength(1);
    expect(notes()[0]?.text).toMatch(/^it ended with SIGKILL: .*; the machine goes on without it$/);
    expect(processesOf(sockets[1] as string)).toHaveLength(1);
    await vm[Symbol.asyncDispose]();
    for (const socket of sockets) {
      expect(processesWith(socket)).toEqual([]);
      const lock = virtiofsLock({ ...program, dialect }, socket);
      expect(lock === undefined || !existsSync(lock)).toBe(true);
    }
  });

  testOfInstalled("is not left where the owner of the machine is killed", async ({ skip }) => {
    const { dialect } = await findVirtiofsd();
    if (dialect === "c" && process.getuid?.() !== 0) skip("this virtiofsd runs as root only");
    const parent = temporaryDirectory();
    const devices = [share({ directory: parent, tag: "host", by: "virtiofs", writable: true })];
    const spec = { kernel: kernelPath("spin"), machine: "pc", accelerator: "tcg", devices };
    const script = join(import.meta.dirname, "../owners/hold-machine.ts");
    const owner = startOwner(script, [JSON.stringify(spec)], parent);
    expect(await owner.nextLine()).toBe("running");
    expect(processesWith(`${parent}/`)).toHaveLength(2);
    owner.process.kill("SIGKILL");
    await owner.exited();
    const limit = { timeout: soonMs, interval: 20 };
    await expect.poll(() => processesWith(`${parent}/`), limit).toEqual([]);
    const name = parent.replaceAll("/", ".");
    const locks = "/var/run/virtiofsd";
    const left = existsSync(locks) ? readdirSync(locks) : [];
    expect(left.filter((one) => one.startsWith(name))).toEqual([]);
  });

  /** QEMU has the path in its command line as well. */
  function processesOf(socket: string): number[] {
    return processesWith(`--socket-path=${socket}`);
  }
});

describe("is refused", () => {
  const device = share({ directory: "/", tag: "host", by: "virtiofs" });

  testOfInstalled("where the memory is not known, or the program cannot do it", async () => {
    const unknown = await errorOf(planVirtiofs(device, "/", "devices[0]", undefined), SpecError);
    expect(unknown.message).toMatch(/^memory: is missing, but devices\[0\] needs it: virtiofsd/);
    const { canBeReadOnly } = await findVirtiofsd();
    const asked = planVirtiofs(device, "/", "devices[0]", "64M");
    if (canBeReadOnly) expect(await asked).toMatchObject({ writable: false });
    else {
      expect((await errorOf(asked, HostError)).message).toMatch(
        /^let the guest write to devices\[0\] \(writable: true\), or leave by: "virtiofs" out/,
      );
    }
  });

  testOfInstalled("without root, where the program needs it", async () => {
    vi.spyOn(process, "getuid").mockReturnValue(1000);
    onTestFinished(() => void vi.restoreAllMocks());
    const writable = share({ directory: "/", tag: "host", by: "virtiofs", writable: true });
    const asked = planVirtiofs(writable, "/", "devices[0]", "64M");
    const { dialect } = await findVirtiofsd();
    if (dialect === "rust") expect(await asked).toMatchObject({ isRoot: false });
    else {
      expect((await errorOf(asked, HostError)).message).toMatch(
        /^install the newer virtiofsd for devices\[0\], or leave .* runs as root only$/,
      );
    }
  });

  test("later, for no directory, and by something else", async () => {
    const vm = await boot("spin", { machine: "pc" });
    expect((await errorOf(vm.attach(device), SpecError)).message).toMatch(/cannot be attached/);
    const none = share({ directory: "/none", tag: "host", by: "virtiofs" });
    const error = await errorOf(boot("spin", { machine: "pc", devices: [none] }), SpecError);
    expect(error.message).toBe("devices[0].share.directory: /none is no directory");
    const other = { ...device, share: { directory: "/", tag: "host", by: "nfs" } };
    expect(() => checkDevice(other, "device")).toThrow('share.by: got "nfs", takes one of "9p"');
  });
});
