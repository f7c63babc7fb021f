/** What a user reads when a test has several machines, or several tests have one. */
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

const head = 'import { expect, test } from "bringup";\n';

const pairs = {
  "pairs.test.ts": `${head}
const bootPair = async (boot: any) => [
  await boot("kernels/triple-fault.elf"),
  await boot("kernels/idle.elf"),
];
test("waits on the one while the other dies", async ({ boot }) => {
  const [, idle] = await bootPair(boot);
  await expect(idle.serial).toPrint("never", { timeoutMs: 500 });
});
test("waits on the one that dies", async ({ boot }) => {
  const [dead] = await bootPair(boot);
  await expect(dead.serial).toPrint("never");
});
test("waits on nothing, and one dies", async ({ boot }) => {
  const [dead] = await bootPair(boot);
  await dead.qmp.waitForEvent("SHUTDOWN", { since: 0 });
});
test("fails of something else, and one has died", async ({ boot }) => {
  const [dead] = await bootPair(boot);
  await dead.qmp.waitForEvent("SHUTDOWN", { since: 0 });
  expect(1).toBe(2);
});
test("expects the death, and fails of the other", async ({ boot }) => {
  const [dead, idle] = await bootPair(boot);
  await expect(dead).toExit({ kind: "triple-fault" });
  await expect(idle.serial).toPrint("never", { timeoutMs: 500 });
});
test("loses a QEMU while it waits on another", async ({ boot }) => {
  const [killed, idle] = [await boot("kernels/spin.elf"), await boot("kernels/idle.elf")];
  await killed.qmp.execute("quit");
  await expect(idle.serial).toPrint("never", { timeoutMs: 500 });
});
`,
};

test("with several machines a failure says which is meant, and which others have died", async () => {
  await using project = await InlineProject.create(pairs);
  const { exitCode, output } = await project.run();
  await expect(output).toMatchFileSnapshot("expected/pairs.txt");
  expect(exitCode).toBe(1);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});

const shared = {
  "shared.test.ts": `import { expect, type Machine, sharedMachine, test as base } from "bringup";
const hasPrompt = (vm: Machine) => expect(vm.serial).toPrint("shell$ ");
const test = base
  .extend("vm", sharedMachine("kernels/shell.elf", hasPrompt))
  .extend("idle", sharedMachine("kernels/idle.elf"))
  .extend<{ hung: Machine; second: Machine; third: Machine }>({
    hung: sharedMachine("kernels/idle.elf", async (vm) => {
      await expect(vm.serial).toPrint("never", { timeoutMs: 100 });
    }),
    second: sharedMachine("kernels/shell.elf", hasPrompt),
    third: sharedMachine("kernels/shell.elf"),
  });
test("boots it", async ({ vm }) => {
  await vm.serial.writeLine("say first");
  await expect(vm.serial).toPrint("\\nfirst");
});
test("reads on where that has stopped", async ({ vm }) => {
  await hasPrompt(vm);
  expect(vm.serial.text).toContain("say first");
  await expect(vm).toBeRunning();
});
test("forgets to await", async ({ vm }) => {
  expect(vm.serial).toPrint("never");
});
test("has it die", async ({ vm }) => {
  await vm.serial.writeLine("fault");
  await hasPrompt(vm);
});
test("comes after the death, and looks at old text alone", async ({ vm }) => {
  expect(vm.serial.text).toContain("first");
});
test("has one of its own", async ({ boot }) => {
  await hasPrompt(await boot("kernels/shell.elf"));
});
test("has it never ready", async ({ hung }) => {});
test("comes after that", async ({ hung }) => {});
test("switches it off", async ({ second }) => {
  await second.serial.writeLine("quit");
  await expect(second).toPowerOff();
});
test("comes after the end", async ({ second }) => {});
test("boots a third", async ({ third }) => {
  await hasPrompt(third);
});
test("is ended by vitest while it uses it", { timeout: 500 }, async ({ third }) => {
  await new Promise(() => {});
});
test("does not share with that one", async ({ third }) => {});
test.concurrent("has it at the same time", async ({ idle }) => {
  await expect(idle).toBeRunning();
});
test.concurrent("wants it at the same time", async ({ idle }) => {});
test("has a panic expected", async ({ idle }) => {
  await expect(idle).toPanic({ timeoutMs: 100 });
});
test("cannot tell a panic any more", async ({ idle }) => {});
const scoped = base.extend("vm", { scope: "file" }, sharedMachine("kernels/idle.elf") as any);
scoped("shares it twice", async ({ vm }: any) => {});
`,
};

test("a machine of all tests is lent to one at a time, and tells each that it is no more", async () => {
  await using project = await InlineProject.create(shared, {
    plugin: '{ machine: { machine: "microvm" }, junit: "junit.xml" }',
  });
  const { exitCode, output } = await project.run();
  await expect(output).toMatchFileSnapshot("expected/shared.txt");
  expect(exitCode).toBe(1);
  const booted = /name="machine.sharedSince" value="&quot;boots it&quot; \(shared.test.ts:13\)"/g;
  expect(project.read("junit.xml").match(booted)).toHaveLength(5);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});
