/** What guests, files and stray words say on its way to the terminal and into the report. */
import { expect, test } from "vitest";
import { InlineProject } from "./inline-project.ts";

const hostile = {
  "hostile.test.ts": `import { expect, test } from "bringup";
const said = "safe\\u202etxt.exe\\u2066";
test("the guest's words in our error", async ({ boot }) => {
  const vm = await boot("kernels/echo.elf");
  await expect(vm.serial).toPrint("> ");
  await vm.serial.writeLine(said);
  await expect(vm.serial).toPrint("never", { timeoutMs: 500 });
});
test("the guest's words in vitest's error", async ({ boot }) => {
  const vm = await boot("kernels/echo.elf");
  await expect(vm.serial).toPrint("> ");
  await vm.serial.writeLine(said);
  await expect(vm.serial).toPrint(/you said: .*\\n/);
  expect(vm.serial.text).toBe("a\\nb" + String.fromCharCode(27) + "[2J");
});
test("a file's name", async ({ boot }) => {
  await boot("kernels/\\u001b[2J\\u009b2J\\u202e.elf");
});
test("QEMU's words", async ({ boot }) => {
  await boot("kernels/echo.elf", { qemuArguments: ["-device", "\\u001b]0;mine\\u0007nothing"] });
});
`,
};

test("nothing that somebody else says steers the terminal or the report", async () => {
  await using project = await InlineProject.create(hostile, {
    plugin: '{ junit: "junit.xml" }',
  });
  const { stdout, stderr } = await project.start(["run", "--reporter=default"], {
    FORCE_COLOR: "1",
  });
  const all = `${stdout}${stderr}`;
  const withoutColours = all.replaceAll(/\x1b\[[\d;:]*m/g, "");
  expect(withoutColours).toContain("safe\\u{202e}txt.exe\\u{2066}");
  expect(withoutColours).toContain("4 failed");
  const steering = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
  expect(withoutColours).not.toMatch(steering);
  const report = project.read("junit.xml");
  expect(report).toContain("safe\\u{202e}txt.exe\\u{2066}");
  expect(report).not.toMatch(steering);
});
