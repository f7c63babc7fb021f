/** What a user reads when tests with machines pass and fail, as whole outputs of vitest. */
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

const head = 'import { expect, test } from "bringup";\n';

const passing = {
  "passing.test.ts": `${head}
import { describe, vi } from "vitest";
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
test("fakes the timers of its own code", async ({ boot }) => {
  vi.useFakeTimers();
  const vm = await boot("kernels/idle.elf");
  await expect(vm.serial).toPrint("idle");
  await expect(vm.serial).not.toPrint("never", { forMs: 50 });
  const wait = vm.serial.waitFor("never", { timeoutMs: 50 });
  await expect(wait).rejects.toThrow("timed out after 50 ms");
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
