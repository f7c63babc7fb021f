/** What the kernels do, on QEMU alone. Timing, halts and lost bytes are tested with the machine. */
import { execa } from "execa";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { buildKernels, kernelPath } from "../../kernels/build.ts";

const limitMs = 20_000;
vi.setConfig({ testTimeout: limitMs + 5_000 });

interface Run {
  readonly machine?: string;
  /** Typed once the guest has printed `after`: what comes before it listens may get lost. */
  readonly input?: { readonly after: string; readonly text: string };
  readonly arguments?: readonly string[];
  /** Stops QEMU once the output has this in it; without it, QEMU has to end by itself. */
  readonly until?: string;
}

interface Result {
  /** Everything that the serial port sent, one character a byte. */
  readonly output: string;
  /** Of QEMU's own process; `undefined` if it had to be stopped. */
  readonly exitCode: number | undefined;
  /** What QEMU wrote to its standard error. */
  readonly errors: string;
}

async function runQemu(image: readonly string[], run: Run): Promise<Result> {
  const subprocess = execa(
    "qemu-system-x86_64",
    [
      ...["-nodefaults", "-no-user-config", "-display", "none", "-m", "64M"],
      ...["-chardev", "stdio,id=console,mux=on", "-serial", "chardev:console"],
      ...["-machine", run.machine ?? "microvm", "-accel", "tcg"],
      ...image,
      ...(run.arguments ?? ["-no-reboot"]),
    ],
    { reject: false, timeout: limitMs, buffer: { stdout: false }, encoding: "buffer" },
  );
  let output = "";
  let { input } = run;
  for await (const chunk of subprocess.stdout) {
    output += Buffer.from(chunk).toString("latin1");
    if (input !== undefined && output.includes(input.after)) {
      subprocess.stdin.write(input.text);
      input = undefined;
    }
    if (run.until !== undefined && output.includes(run.until)) {
      subprocess.kill("SIGKILL");
      break;
    }
  }
  const result = await subprocess;
  if (result.timedOut) throw new Error(`no end after ${limitMs} ms; so far: ${output}`);
  const errors = Buffer.from(result.stderr).toString("latin1");
  if (run.until !== undefined && !output.includes(run.until)) {
    const ending = result.signal ?? result.exitCode;
    throw new Error(`QEMU ended (${ending}) before "${run.until}": ${output}${errors}`);
  }
  return { output, exitCode: result.exitCode, errors };
}

beforeAll(async () => {
  await buildKernels();
}, 120_000);

describe.concurrent.each(["x86_64", "i386"] as const)("%s", (target) => {
  const boot = (name: string, run: Run = {}) => runQemu(["-kernel", kernelPath(name, target)], run);
  const protocol = target === "x86_64" ? "PVH" : "Multiboot";
  const lines = (...texts: string[]) => texts.map((text) => `${text}\r\n`).join("");
  const exitDevice = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-append"];

  test.each(["microvm", "pc", "q35"])("hello on %s", async (machine) => {
    const { output } = await boot("hello", { machine, until: ")\r\n" });
    expect(output).toBe(lines(`Hello from ${target} (${protocol})`));
  });

  test.each(["microvm", "pc", "q35"])("power-off on %s", async (machine) => {
    const result = await boot("power-off", { machine });
    expect(result).toMatchObject({ output: lines("switching off"), exitCode: 0 });
  });

  test.each(["microvm", "pc", "q35"])("reset on %s", async (machine) => {
    const result = await boot("reset", { machine });
    expect(result).toMatchObject({ output: lines("resetting"), exitCode: 0 });
  });

  test("a machine without a power switch or a reset is told so", async () => {
    const machine = "microvm,acpi=off";
    const [powerOff, reset] = await Promise.all([
      boot("power-off", { machine, until: "knows\r\n" }),
      boot("reset", { machine, until: "knows\r\n" }),
    ]);
    expect(powerOff.output).toContain("power_off: this machine has no power switch");
    expect(reset.output).toContain("reset: this machine has no reset");
  });

  test.each([
    ["exit=49", 49, 99],
    ["console=ttyS0 exit=0 quiet", 0, 1],
    ["fexit=5 exit=127", 127, 255],
    ["exits=5", 0, 1],
  ])("exit-code with %j", async (commandLine, status, exitCode) => {
    const result = await boot("exit-code", { arguments: [...exitDevice, commandLine] });
    expect(result).toMatchObject({ output: lines(`exiting with status ${status}`), exitCode });
  });

  test("exit-code without the device", async () => {
    const { output } = await boot("exit-code", { until: "0xf4\r\n" });
    expect(output).toContain("exit_with: this machine has no isa-debug-exit device");
  });

  test("reset-loop", async () => {
    const banner = lines("Kernel 1.0 starting", "initialising memory");
    const { output } = await boot("reset-loop", { arguments: [], until: banner.repeat(3) });
    expect(output.startsWith(banner.repeat(3))).toBe(true);
  });

  test("triple-fault", async () => {
    const result = await boot("triple-fault", {
      arguments: ["-no-reboot", "-d", "cpu_reset"],
    });
    expect(result).toMatchObject({ output: lines("about to fault"), exitCode: 0 });
    expect(result.errors).toContain("Triple fault");
  });

  test("page-fault", async () => {
    const { output } = await boot("page-fault", { until: "IP = 0x1" });
    expect(output).toContain(
      lines("Unhandled exception: vector 14, error code 0x2", "  CR2 = 0x60000000"),
    );
  });

  test("panic and panic-reset", async () => {
    const panic = await boot("panic", { until: "found\r\n" });
    expect(panic.output).toBe(lines("looking for init", "Kernel panic: no init found"));
    expect(await boot("panic-reset")).toMatchObject({
      output: lines("looking for init", "Kernel panic - not syncing: No working init found."),
      exitCode: 0,
    });
  });

  test("idle, flood and slow", async () => {
    const [idle, flood, slow] = await Promise.all([
      boot("idle", { until: "idle\r\n" }),
      boot("flood", { until: "flood 1000\r\n" }),
      boot("slow", { until: "after the silence\r\n" }),
    ]);
    expect(idle.output).toBe(lines("idle"));
    expect(flood.output).toContain(lines("flood 998", "flood 999", "flood 1000"));
    expect(slow.output).toBe(lines("before the silence", "after the silence"));
  });

  test("timestamps", async () => {
    const { exitCode, output } = await boot("timestamps");
    const stamps = [...output.matchAll(/^time stamp (\d+)\r$/gm)].map(([, stamp]) => Number(stamp));
    expect(stamps).toHaveLength(3);
    expect(stamps).toEqual([...new Set(stamps)].sort((left, right) => left - right));
    expect(exitCode).toBe(0);
  });

  test("garbage", async () => {
    const { output } = await boot("garbage", { until: "garbage ends\r\n" });
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, value) => value));
    expect(output).toBe(`garbage begins\r\n${bytes}\r\ngarbage ends\r\n`);
  });

  test("prompt echoes", async () => {
    const { output } = await boot("prompt", {
      input: { after: "login: ", text: "root" },
      until: "root",
    });
    expect(output).toBe("login: root");
  });

  test("echo edits lines, and quits", async () => {
    const input = { after: "> ", text: "\x7fhello wok\brld\r\nbye\rquit\n" };
    expect(await boot("echo", { input })).toMatchObject({
      output:
        "> hello wok\b \brld\r\nyou said: hello world\r\n> bye\r\nyou said: bye\r\n> quit\r\n",
      exitCode: 0,
    });
  });

  test("menu, count-in-place and ask-terminal draw on a terminal", async () => {
    const [menu, count, ask] = await Promise.all([
      boot("menu", { input: { after: "Set-up", text: "jj\x1b[A\r" }, until: "...\r\n" }),
      boot("count-in-place", { input: { after: "key", text: "x" }, until: "\r\n" }),
      boot("ask-terminal", { input: { after: "[6n", text: "\x1b[9;17R" }, until: "\r\n" }),
    ]);
    expect(menu.output).toContain("\x1b[4;5H\x1b[7mBoot from disk\x1b[0m");
    expect(menu.output.endsWith("\x1b[2J\x1b[HBoot from network ...\r\n")).toBe(true);
    expect(count.output).toContain("\rbooting in 2 s \rbooting in 1 s \rbooting        \r\n");
    expect(ask.output).toBe("\x1b[999;999H\x1b[6n\x1b[H17 columns, 9 rows\r\n");
  });

  test("debug-console has two consoles", async () => {
    const until = "Hello from the serial console\r\n";
    const debugConsole = ["-device", "isa-debugcon,iobase=0xe9,chardev=console"];
    const { output } = await boot("debug-console", { arguments: debugConsole, until });
    expect(output).toContain("Hello from the debug console\n");
  });
});

describe("other images", () => {
  test("the boot sector says hello", async () => {
    const drive = `format=raw,snapshot=on,file=${kernelPath("boot-sector", "bios")}`;
    const run = { machine: "pc", until: "sector\r\n" };
    const { output } = await runQemu(["-drive", drive], run);
    expect(output).toBe("Hello from the boot sector\r\n");
  });

  test("QEMU refuses multiboot64", async () => {
    const { exitCode, errors } = await runQemu(["-kernel", kernelPath("multiboot64")], {});
    expect(exitCode).toBe(1);
    expect(errors).toContain("Cannot load x86-64 image, give a 32bit one.");
  });
});
