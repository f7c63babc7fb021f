import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { parseAnswers } from "../../harness/host/ask.ts";
import {
  findMachineType,
  findQemu,
  forgetHost,
  hasOption,
  listCpuModels,
  listDevices,
  listQemu,
} from "../../harness/host/index.ts";
import { findOnPath } from "../../harness/process/index.ts";
import { privateEnvironment, temporaryDirectory, writeScript } from "./temporary.ts";

const realQemu = findOnPath("qemu-system-x86_64", process.env.PATH) ?? "qemu-system-x86_64";

/** The error that looking for QEMU ends with. */
async function failureOf(
  arch: string,
  options: { binary?: string; limitMs?: number; environment?: Record<string, string | undefined> },
): Promise<HostError> {
  const environment = privateEnvironment(temporaryDirectory(), options.environment);
  const outcome = await findQemu(arch, { ...options, environment }).catch((error) => error);
  expect(outcome).toBeInstanceOf(HostError);
  return outcome;
}

describe("QEMU for x86_64", () => {
  test("tells what it can do, and is not asked again", async () => {
    const directory = temporaryDirectory();
    // The wrapper is a script, so its version alone is asked anew by a new process.
    const log = join(directory, "log");
    const binary = writeScript(
      join(directory, "qemu-system-x86_64"),
      `echo "$*" >> ${log}\nexec ${realQemu} "$@"`,
    );
    const environment = privateEnvironment(join(directory, "cache"));
    const qemu = await findQemu("x86_64", { binary, environment });
    expect(qemu).toMatchObject({ path: binary, arch: "x86_64" });
    expect(qemu.version.major).toBeGreaterThanOrEqual(7);
    expect(qemu.accelerators).toContain("tcg");
    expect(findMachineType(qemu, "q35")?.name).toMatch(/^pc-q35-/);
    expect(qemu.machines.filter((type) => type.default)).toHaveLength(1);
    expect(hasOption(qemu, "action", "panic")).toBe(true);
    expect(qemu.dataDirectories.length).toBeGreaterThan(0);
    const asked = readFileSync(log, "utf8").trim().split("\n").length;
    expect(asked).toBe(5);
    expect(await findQemu("x86_64", { binary, environment })).toBe(qemu);
    forgetHost();
    expect(await findQemu("x86_64", { binary, environment })).toEqual(qemu);
    const lines = readFileSync(log, "utf8").trim().split("\n");
    expect(lines.slice(asked)).toEqual(["--version"]);
  });

  test("is asked again when the file changed or the cache is corrupt", async () => {
    const directory = temporaryDirectory();
    const cache = join(directory, "cache");
    const environment = privateEnvironment(cache);
    const qemu = await findQemu("x86_64", { environment });
    const files = readdirSync(join(cache, "bringup"));
    expect(files).toHaveLength(1);
    const file = join(cache, "bringup", files[0] ?? "");
    const kept = readFileSync(file, "utf8");
    for (const bad of [kept.slice(0, kept.length / 2), kept.replace(qemu.identity, "other")]) {
      writeFileSync(file, bad);
      forgetHost();
      expect(await findQemu("x86_64", { environment })).toEqual(qemu);
      expect(readFileSync(file, "utf8")).toBe(kept);
    }
  });

  test("is found where the cache cannot be written", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "file"), "");
    const environment = privateEnvironment(join(directory, "file"));
    await expect(findQemu("x86_64", { environment })).resolves.toMatchObject({ arch: "x86_64" });
  });

  test("lists its devices and CPU models", async () => {
    const environment = privateEnvironment(temporaryDirectory());
    const qemu = await findQemu("x86_64", { environment });
    const [devices, models] = await Promise.all([
      listDevices(qemu, environment),
      listCpuModels(qemu, environment),
    ]);
    expect(devices).toContainEqual(expect.objectContaining({ name: "isa-debug-exit", bus: "ISA" }));
    expect(models).toContain("qemu64");
  });

  test("serves i386 guests too, but nothing else", async () => {
    const environment = privateEnvironment(temporaryDirectory());
    const qemu = await findQemu("i386", { binary: realQemu, environment });
    expect(qemu.arch).toBe("x86_64");
    await expect(findQemu("riscv64", { binary: realQemu, environment })).rejects.toThrow(
      "name a QEMU for riscv64: the machine's qemu field gives " +
        `${realQemu}, which emulates x86_64`,
    );
  });
});

test("the spec's binary wins over BRINGUP_QEMU, which wins over PATH", async () => {
  const directory = temporaryDirectory();
  const bin = join(directory, "bin");
  const wrapper = writeScript(join(bin, "qemu-system-x86_64"), `exec ${realQemu} "$@"`);
  const cache = join(directory, "cache");
  const byDirectory = privateEnvironment(cache, { BRINGUP_QEMU: bin });
  expect((await findQemu("x86_64", { environment: byDirectory })).path).toBe(wrapper);
  const byFile = privateEnvironment(cache, { BRINGUP_QEMU: wrapper });
  expect((await findQemu("x86_64", { environment: byFile })).path).toBe(wrapper);
  const bySpec = await findQemu("x86_64", { binary: realQemu, environment: byDirectory });
  expect(bySpec.path).toBe(realQemu);
});

test("every QEMU on PATH is listed, and the broken ones are named", async () => {
  const directory = temporaryDirectory();
  symlinkSync(realQemu, join(directory, "qemu-system-x86_64"));
  writeScript(join(directory, "qemu-system-m68k"), "echo nothing to see");
  writeFileSync(join(directory, "qemu-system-sparc"), "not executable");
  writeScript(join(directory, "qemu-system-x86_64-microvm"), "exit 1");
  const environment = privateEnvironment(join(directory, "cache"), { PATH: directory });
  const { binaries, failures } = await listQemu({ environment });
  expect(binaries.map(({ path }) => path)).toEqual([join(directory, "qemu-system-x86_64")]);
  expect(failures.map(({ message }) => message)).toEqual([
    expect.stringContaining(`name a QEMU system emulator in PATH: ${directory}/qemu-system-m68k`),
  ]);
});

describe("a look-up fails with what to do", () => {
  test("where there is none", async () => {
    const error = await failureOf("riscv64", { environment: { PATH: "/nowhere" } });
    expect(error.message).toBe(
      "install QEMU for riscv64, or name a binary in BRINGUP_QEMU: " +
        "there is no qemu-system-riscv64 on PATH",
    );
  });

  test("with the command of this distribution", async () => {
    const bin = temporaryDirectory();
    writeScript(join(bin, "pacman"), "exit 1");
    const error = await failureOf("riscv64", { environment: { PATH: bin } });
    expect(error.remedy).toMatch(/^(sudo )?pacman -S --needed qemu-system-riscv$/);
  });

  test.each([
    ["/nowhere/qemu", "correct the machine's qemu field: it names /nowhere/qemu, which does not"],
    ["/etc/passwd", "make /etc/passwd executable, or correct the machine's qemu field"],
    ["/etc", "correct the machine's qemu field: it names the directory /etc, which has no qemu-"],
    ["no-such-program", "correct the machine's qemu field: it names no-such-program, which does"],
    [
      "/bin/cat",
      "name a QEMU system emulator in the machine's qemu field: /bin/cat is none; asked",
    ],
  ])("where the binary is %s", async (binary, message) => {
    expect((await failureOf("x86_64", { binary })).message).toContain(message);
  });

  test.each([
    ["echo Aiuto >&2; exit 3", "ended with exit code 3 and printed:\n    Aiuto"],
    ["kill -SEGV $$", "was killed by SIGSEGV and printed nothing"],
    ["echo 1; exec sleep 60", "did not answer within 2000 ms and printed:\n    1"],
    ["sleep 2; exit 0", "did not answer within 200 ms and printed nothing"],
    ["exec yes", "printed more than 1048576 bytes"],
  ])("where the binary runs %o", async (body, message) => {
    const binary = writeScript(join(temporaryDirectory(), "qemu"), body);
    // What is to be printed first needs its time on a busy computer.
    const limitMs = Number(/within (\d+) ms/.exec(message)?.[1] ?? 9000);
    const error = await failureOf("x86_64", { binary, limitMs });
    expect(error.message).toContain(`reinstall ${binary} or name another QEMU`);
    expect(error.message).toContain(`asked for --version, it ${message}`);
  });

  test("where QEMU is too old", async () => {
    const body = 'echo "QEMU emulator version 6.2.0 (Ancient)"';
    const binary = writeScript(join(temporaryDirectory(), "qemu"), body);
    expect(
      (await failureOf("x86_64", { environment: { BRINGUP_QEMU: binary } })).message,
    ).toContain(`install QEMU 7.2 or newer: ${binary} (from BRINGUP_QEMU) is QEMU 6.2.0 (Ancient)`);
  });

  test("where it claims to be QEMU but answers no questions", async () => {
    const body =
      'case $1 in -[mLa]*|--version) echo "QEMU emulator version 9.0.0";; *) exit 5;; esac';
    const binary = writeScript(join(temporaryDirectory(), "qemu"), body);
    expect((await failureOf("x86_64", { binary })).message).toContain(
      "asked for the questions on QMP, it ended (5) before it had answered",
    );
  });

  test("and a failure is not remembered", async () => {
    const directory = temporaryDirectory();
    const environment = privateEnvironment(join(directory, "cache"));
    const binary = writeScript(join(directory, "qemu"), "exit 1");
    await expect(findQemu("x86_64", { binary, environment })).rejects.toThrow("exit code 1");
    writeScript(binary, `exec ${realQemu} "$@"`);
    await expect(findQemu("x86_64", { binary, environment })).resolves.toMatchObject({
      arch: "x86_64",
    });
  });
});

test("answers are picked out of greeting, events, refusals and a torn last line", () => {
  const lines = [
    '{"QMP": {}}\r',
    '{"return": {}}\r',
    '{"event": "RESUME"}\r',
    '{"error": {}}',
    "7",
  ];
  const transcript = [...lines, '{"ret'].join("\n");
  expect(parseAnswers(transcript, 2)).toEqual([{}, undefined]);
  expect(parseAnswers(transcript, 3)).toBeUndefined();
});
