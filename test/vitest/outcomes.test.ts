/** What the guest's own outcome makes of a test: by the status of its exit device. */
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

const outcomes = {
  "outcomes.test.ts": `import { expect, test } from "bringup";
const own = { pass: [16], fail: [17], skip: [18] };
const run = (boot, status, exitOutcomes = own) =>
  boot("kernels/exit-code.elf", { commandLine: "exit=" + status, exitOutcomes });
test("passes", async ({ boot }) => {
  const vm = await run(boot, 16);
  await vm.exited;
});
test("fails", async ({ boot }) => {
  const vm = await run(boot, 17);
  await vm.exited;
});
test("fails as it should", async ({ boot }) => {
  const vm = await run(boot, 17);
  await expect(vm).toExit({ outcome: "fail" });
});
test("has a status that means nothing", async ({ boot }) => {
  const vm = await run(boot, 19);
  await vm.exited;
});
test("skips", async ({ boot }) => {
  const vm = await run(boot, 38, "kvm-unit-tests");
  await vm.exited;
});
test("skips, which the test judges", async ({ boot }) => {
  const vm = await run(boot, 38, "kvm-unit-tests");
  await expect(vm).toExit({ outcome: "skip" });
});
test("skips, and must not", async ({ boot }) => {
  const vm = await run(boot, 18);
  await expect(vm).toExit({ outcome: "pass" });
});
test("skips, and the test has its own reasons to fail", async ({ boot }) => {
  const vm = await run(boot, 18);
  await vm.exited;
  expect(1).toBe(2);
});
test("skips beside one that fails", async ({ boot }) => {
  const [one, other] = [await run(boot, 18), await run(boot, 17)];
  await Promise.all([one.exited, other.exited]);
});
`,
};

test("a failure fails, a skip skips, and nothing else passes", async () => {
  await using project = await InlineProject.create(outcomes);
  const { exitCode, output } = await project.run(["--reporter=verbose"]);
  await expect(output).toMatchFileSnapshot("expected/outcomes.txt");
  expect(exitCode).toBe(1);
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});
