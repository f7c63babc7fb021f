/** What a user reads when a test has several machines. */
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
