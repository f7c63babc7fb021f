/** What a user reads when tests with machines pass and fail, as whole outputs of vitest. */
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

const head = 'import { expect, test } from "bringup";\n';

const passing = {
  "passing.test.ts": `${head}
import { describe } from "vitest";
test("says hello", async ({ boot }) => {
  const vm = await boot("kernels/hello.elf");
  await expect(vm.serial).toPrint(/Hello from (\\w+)/);
  await expect(vm).toBeRunning();
});
describe("a group", () => {
  describe("inside a group", () => {
    test("returns the matcher", ({ boot }) =>
      boot("kernels/power-off.elf").then((vm) => expect(vm).toPowerOff()));
  });
});
test("awaits all at once", async ({ boot }) => {
  const [one, other] = await Promise.all([boot("kernels/hello.elf"), boot("kernels/power-off.elf")]);
  await Promise.all([expect(one.serial).toPrint("Hello"), expect(other).toPowerOff()]);
});
test.each([3, 4])("exits with %i", async (status) => {
  expect(status).toBeGreaterThan(2);
});
test.for([3, 4])("exits with %i, with a machine", async (status, { boot }) => {
  const vm = await boot("kernels/exit-code.elf", { commandLine: \`exit=\${status}\` });
  await expect(vm).toExit({ kind: "debug-exit", status });
});
test("boots nothing", () => {});
test("skips", async ({ boot, skip }) => {
  await boot("kernels/hello.elf");
  skip("not on this machine");
});
test.fails("fails as it should", async ({ boot }) => {
  const vm = await boot("kernels/power-off.elf");
  await expect(vm).toReset();
});
test("expects with the context's own expect", async ({ boot, expect }) => {
  const vm = await boot("kernels/hello.elf");
  await (expect(vm.serial) as any).toPrint("Hello");
});
`,
};

test("what passes says nothing more than vitest does", async () => {
  await using project = await InlineProject.create(passing);
  const { exitCode, output } = await project.run(["--reporter=verbose"]);
  await expect(output).toMatchFileSnapshot("expected/passing.txt");
  expect(exitCode).toBe(0);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

const dying = {
  "dying.test.ts": `${head}
test("waits for what never comes", async ({ boot }) => {
  const vm = await boot("kernels/prompt.elf");
  await expect(vm.serial).toPrint("logon: ", { timeoutMs: 1500 });
});
test("spins", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  await expect(vm.serial).toPrint("done", { timeoutMs: 1500 });
});
test("dies though its body returns", async ({ boot }) => {
  const vm = await boot("kernels/triple-fault.elf");
  await vm.qmp.waitForEvent("SHUTDOWN", { since: 0 });
});
test("dies and has its own reasons to fail", async ({ boot }) => {
  const vm = await boot("kernels/triple-fault.elf");
  await vm.qmp.waitForEvent("SHUTDOWN", { since: 0 });
  expect(1).toBe(2);
});
test("expects the wrong end", async ({ boot }) => {
  const vm = await boot("kernels/power-off.elf");
  await expect(vm).toReset();
});
test("panics while something waits", async ({ boot }) => {
  const vm = await boot("kernels/panic.elf");
  await expect(vm.serial).toPrint("login: ");
});
test("halts for ever while something waits", async ({ boot }) => {
  const vm = await boot("kernels/dead-halt.elf");
  await expect(vm.serial).toPrint("login: ");
});
test("looks at the wrong state", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  await expect(vm, "after the boot").toBePaused();
});
test("does what it must not", async ({ boot }) => {
  const vm = await boot("kernels/hello.elf");
  await expect(vm.serial).not.toPrint("Hello", { forMs: 5000 });
});
`,
};

test("what fails names the end, the place and the line of the test", async () => {
  await using project = await InlineProject.create(dying);
  const { exitCode, output, raw } = await project.run();
  await expect(output).toMatchFileSnapshot("expected/dying.txt");
  expect(raw).toMatch(/machine: running, at \S+\/spin\.c:\d+ in kernel_main \(0x[0-9a-f]+\)/);
  expect(exitCode).toBe(1);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

const careless = {
  "careless.test.ts": `${head}
test("does not await", async ({ boot }) => {
  const vm = await boot("kernels/hello.elf");
  expect(vm.serial).toPrint("Hello");
});
test("neighbour", async ({ boot }) => {
  const vm = await boot("kernels/hello.elf");
  await expect(vm.serial).toPrint("Hello");
});
test("does not await what fails later", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  expect(vm.serial).toPrint("never", { timeoutMs: 50 });
  await vm.qmp.waitForEvent("RESUME", { since: 0 });
});
test("does not await its machine", async ({ boot }) => {
  boot("kernels/hello.elf");
});
test("does not await two, voided", async ({ boot }) => {
  const vm = await boot("kernels/hello.elf");
  void expect(vm.serial).toPrint("Hello");
  void expect(vm).not.toPowerOff({ forMs: 10 });
});
test("neighbour that takes longer", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  await expect(vm).not.toPowerOff({ forMs: 200 });
});
test("fails softly and goes on", async ({ boot }) => {
  const vm = await boot("kernels/power-off.elf");
  await expect.soft(vm.serial).toPrint("Goodbye");
  await expect.soft(vm.serial, "the greeting").toPrint("Ciao");
  await expect(vm).toPowerOff();
});
test("does not await the context's own expect", async ({ boot, expect }) => {
  const vm = await boot("kernels/hello.elf");
  (expect(vm.serial) as any).toPrint("Hello");
});
test("does not await softly", async ({ boot }) => {
  const vm = await boot("kernels/hello.elf");
  expect.soft(vm.serial).toPrint("Hello");
});
test("does not await waits", async ({ boot }) => {
  const vm = await boot("kernels/hello.elf", { machine: "pc", display: "std" });
  const limit = { timeoutMs: 50 };
  vm.serial.waitFor("Nonsense", limit);
  vm.serial.waitForAny(["Hello"]);
  vm.serial.command("ls", { prompt: "$ ", ...limit });
  vm.serial.terminal.waitForText("Nonsense", limit);
  vm.serial.terminal.waitUntil(() => true);
  vm.screen.waitForText("Nonsense", limit);
  vm.qmp.waitForEvent("RESUME", { since: 0 });
  vm.qmp.nextEvent(limit);
  await expect(vm.serial).toPrint("Hello");
});
test("awaits waits sooner or later", async ({ boot }) => {
  const vm = await boot("kernels/echo.elf");
  const event = vm.qmp.waitForEvent("STOP");
  const lost = vm.serial.waitForAny(["Nonsense"], { timeoutMs: 50 }).catch(() => {});
  const prompt = vm.serial.waitFor("> ");
  const shown = vm.serial.terminal.waitForText("> ");
  await Promise.race([prompt, vm.serial.waitFor("Nonsense", { timeoutMs: 50 })]);
  await expect(vm.serial.waitFor("Nonsense", { timeoutMs: 50 })).rejects.toThrow("Nonsense");
  await vm.pause();
  await Promise.all([event, lost, shown]);
});
`,
};

test("a matcher that is not awaited fails its own test and no other", async () => {
  await using project = await InlineProject.create(careless);
  const { exitCode, output } = await project.run();
  await expect(output).toMatchFileSnapshot("expected/careless.txt");
  expect(exitCode).toBe(1);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

const mistaken = {
  "mistaken.test.ts": `import { test as vitestTest } from "vitest"; ${head}
test("names no file", async ({ boot }) => {
  await boot("missing.elf");
});
test("gives two specs", async ({ boot }) => {
  await (boot as any)({ memory: "64M" }, { cpus: 2 });
});
test("gives two kernels", async ({ boot }) => {
  await (boot as any)("kernels/hello.elf", { kernel: "kernels/spin.elf" });
});
test("names no memory", async ({ boot }) => {
  await boot("kernels/hello.elf", { memory: "lots" });
});
test("names no QEMU", async ({ boot }) => {
  await boot("kernels/hello.elf", { qemu: "/nowhere/qemu-system-x86_64" });
});
test("expects of a number", async () => {
  await (expect(5) as any).toPrint("Hello");
});
test("expects of a machine that is not there yet", async ({ boot }) => {
  await (expect(boot("kernels/hello.elf")) as any).toPowerOff();
});
test("asks QEMU nonsense", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  await vm.qmp.execute("device_del", { id: "nonsense" });
});
test("waits for an event", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  await vm.qmp.waitForEvent("POWERDOWN", { timeoutMs: 100 });
});
test("waits without a matcher", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  await vm.serial.waitFor(/login: $/, { timeoutMs: 100 });
});
test("calls in the wrong state", async ({ boot }) => {
  const vm = await boot("kernels/spin.elf");
  await vm.resume();
});
const withLogin = test.extend<{ login: string }>({
  login: async ({ boot }, use) => {
    const vm = await boot("kernels/spin.elf");
    await vm.serial.waitFor("login: ", { timeoutMs: 100 });
    await use("root");
  },
});
test.each([3])("looks for its context behind the row %i", async (status, { boot }: any) => {
  await boot("kernels/exit-code.elf", { commandLine: \`exit=\${status}\` });
});
test.each([{ status: 3 }])("looks for its context in the row", async ({ status, boot }: any) => {
  await boot("kernels/exit-code.elf", { commandLine: \`exit=\${status}\` });
});
test.each([{ status: 3 }])("has another mistake", async (row: any) => { const { boot } = row.context; });
vitestTest("is vitest's", async ({ boot }: any) => void (await boot("kernels/exit-code.elf")));
test("has a mistake of its own", () => [5 as any].map((boot) => boot()));
withLogin("has a fixture that fails", ({ login }) => {
  expect(login).toBe("root");
});
`,
};

test("a mistake is named at the line where it was made", async () => {
  await using project = await InlineProject.create(mistaken);
  const { exitCode, output } = await project.run();
  await expect(output).toMatchFileSnapshot("expected/mistaken.txt");
  expect(exitCode).toBe(1);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});
