/** What a user reads who did not await something. */
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

const head = 'import { expect, test } from "bringup";\n';

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
