/** `toShowText` and the terminal, on real guests. */
import { AssertionError, expect, TimeoutError, test } from "bringup";
import { kernelPath } from "../../kernels/build.ts";

test("sees a menu, its choice, and what keys do to it", async ({ boot }) => {
  const vm = await boot(kernelPath("menu"));
  const { terminal } = vm.serial;
  await expect(terminal).toShowText(/Boot from disk\n {4}Boot from network\n {4}Set-up$/);
  expect(terminal.lines.slice(1, 3)).toEqual(["    What shall it be?", ""]);
  expect(terminal.styleOf("Boot from disk")).toMatchObject({ inverse: true });
  expect(terminal.styleOf("Set-up")).toMatchObject({ inverse: false });
  expect(terminal.styleOf("What shall")).toMatchObject({ bold: true });

  await vm.serial.write("j\x1b[B");
  await terminal.waitUntil((screen) => screen.styleOf("Set-up")?.inverse === true);
  expect(terminal.styleOf("Boot from disk")).toMatchObject({ inverse: false });
  await vm.serial.write("\x1b[A\r");
  await expect(terminal).toShowText(/^Boot from network \.\.\.$/);
  await expect(terminal).not.toShowText("Set-up");
  await expect(terminal).not.toShowText("Set-up", { forMs: 50 });
});

test("finds what is overwritten at once", async ({ boot }) => {
  const vm = await boot(kernelPath("count-in-place"));
  const { terminal } = vm.serial;
  await expect(terminal).toShowText("press a key");
  const numbers = [10, 7, 3, 1].map((number) => {
    return expect(terminal).toShowText(new RegExp(`^booting in ${number} s`));
  });
  await vm.serial.write("x");
  await Promise.all(numbers);
  await expect(terminal).toShowText(/^booting$/m);
  expect(terminal.text).toBe("booting");
  await expect(terminal).not.toShowText("booting in");
});

test("a guest that asks for the size of the terminal gets an answer", async ({ boot }) => {
  const vm = await boot(kernelPath("ask-terminal"));
  const { terminal } = vm.serial;
  terminal.resize(132, 43);
  terminal.answerQueries();
  await expect(terminal).toShowText("132 columns, 43 rows");
});

test("a guest that asks gets no answer unless the test says so", async ({ boot }) => {
  const vm = await boot(kernelPath("ask-terminal"));
  await vm.serial.terminal.waitUntil(({ cursor }) => cursor.row === 24 && cursor.column === 80);
  await expect(vm.serial.terminal).not.toShowText("columns", { forMs: 300 });
});

test("says what it waited for and shows the screen", async ({ boot }) => {
  const vm = await boot(kernelPath("menu"));
  await expect(vm.serial.terminal).toShowText("Set-up");
  const failure = await expect(vm.serial.terminal, "the menu")
    .toShowText("Boot from dusk", { timeoutMs: 200 })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TimeoutError);
  const { message } = failure as Error;
  expect(message).toContain(
    "the menu: timed out after 200 ms (timeoutMs) waiting for serial0's terminal to show " +
      '"Boot from dusk"\n  nearest line: "    Boot from disk"\n',
  );
  expect(message).toContain(
    [
      "  serial0's terminal:",
      "    +-----------------------+",
      "    |                       |",
      "    |     What shall it be? |",
      "    |                       |",
      "    |     Boot from disk    |",
      "    |     Boot from network |",
      "    |     Set-up            |",
      "    +-----------------------+",
    ].join("\n"),
  );
});

test("not: now, or for a time", async ({ boot }) => {
  const vm = await boot(kernelPath("menu"));
  await expect(vm.serial.terminal).toShowText("Set-up");
  const failure = await expect(vm.serial.terminal)
    .not.toShowText("Set-up")
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(AssertionError);
  expect((failure as Error).message).toMatch(
    /^expected serial0's terminal not to show "Set-up", but it does\n\n {2}machine: running/,
  );
  await expect(
    expect(vm.serial.terminal).not.toShowText("Set-up", { forMs: 5000 }),
  ).rejects.toThrow('expected serial0\'s terminal not to show "Set-up", but it did');
});

test("fails at once when the guest ends, and the screen stays", async ({ boot }) => {
  const vm = await boot(kernelPath("power-off"));
  await expect(expect(vm.serial.terminal).toShowText("never")).rejects.toThrow(
    /^power-off at .*\n {2}while waiting for serial0's terminal to show "never"/,
  );
  await expect(vm.serial.terminal).toShowText("switching off");
});

test("fails at once when the guest dies", async ({ boot }) => {
  const vm = await boot(kernelPath("panic"));
  await expect(expect(vm.serial.terminal).toShowText("$ ")).rejects.toMatchObject({
    exit: { kind: "panic", message: "Kernel panic: no init found" },
  });
  await expect(vm).toPanic();
  const dead = await boot(kernelPath("dead-halt"));
  await expect(expect(dead.serial.terminal).toShowText("$ ")).rejects.toThrow(/^dead halt/);
});

test("is for terminals and screens, and says so at once", async ({ boot }) => {
  const vm = await boot(kernelPath("idle"));
  const show = (actual: unknown) => () =>
    (expect(actual) as unknown as { toShowText: (pattern: string) => unknown }).toShowText("x");
  const takes = "it takes a Screen or SerialTerminal, as boot() gives, and got ";
  expect(show(vm.serial)).toThrow(
    `write expect(vm.serial.terminal).toShowText(...): ${takes}the serial port serial0`,
  );
  const advice = `write expect(vm.screen).toShowText(...): ${takes}`;
  expect(show(vm)).toThrow(`${advice}the Machine itself`);
  expect(show("text")).toThrow(`${advice}"text"`);
});
