/** What the plugin makes of its options and of the user's configuration. */
import { describe, expect, test } from "vitest";
import { bringup } from "../../harness/plugin/index.ts";
import { InlineProject } from "../vitest/inline-project.ts";

const one = `
import { expect, test } from "bringup";
test("boots", async ({ boot }) => {
  const vm = await boot();
  await expect(vm.serial).toPrint("Hello");
});
`;

describe("bringup(options)", () => {
  test("names a wrong option, what it got and what it takes", () => {
    expect(() => bringup({ biuld: "make" } as object)).toThrow(
      "biuld: is no option of bringup(); the options are build, buildTimeoutMs, machine, junit, ",
    );
    expect(() => bringup({ build: " " })).toThrow(
      'build: got " ", takes a command, or commands by',
    );
    expect(() => bringup({ build: { "a.elf": "" } })).toThrow('build["a.elf"]: got "", takes');
    expect(() => bringup({ build: { "a/*.elf": "make" } })).toThrow("name the file: before it is");
    expect(() => bringup({ build: { "**/a.elf": "make" } })).toThrow("write one * for each dir");
    expect(() => bringup({ buildTimeoutMs: 0 })).toThrow("buildTimeoutMs: got 0, takes milliseco");
    expect(() => bringup({ junit: 5 as unknown as string })).toThrow("junit: got 5, takes");
    expect(() => bringup({ machine: { memory: "lots" } })).toThrow('memory: got "lots"');
  });

  test("says nothing where the user has said it", () => {
    type Configure = (user: object) => { test: Record<string, unknown> };
    const config = bringup().config as unknown as Configure;
    expect(config({}).test).toMatchObject({
      pool: "forks",
      testTimeout: 60_000,
      hookTimeout: 60_000,
    });
    const user = { pool: "threads", testTimeout: 5, hookTimeout: 6, runner: "./own.ts" };
    expect(Object.keys(config({ test: user }).test)).toEqual([
      "includeTaskLocation",
      "forceRerunTriggers",
    ]);
  });
});

const fatal = `
import { expect, test } from "bringup";
test("fails by the plugin's list", async ({ boot }) => {
  await expect((await boot()).serial).toPrint("Kernel panic");
});
test("passes by its own", async ({ boot }) => {
  const vm = await boot({ failOn: [] });
  await expect(vm.serial).toPrint("Kernel panic");
  await expect(vm).toReset();
});
`;

describe("in vitest", () => {
  test("failOn of the plugin goes for every machine that has none of its own", async () => {
    const plugin = '{ machine: { kernel: "kernels/panic-reset.elf", failOn: [/^looking for/m] } }';
    await using project = await InlineProject.create({ "fatal.test.ts": fatal }, { plugin });
    const { exitCode, output } = await project.run();
    expect(output).toContain("panic: looking for init");
    expect(output).toMatch(/1 failed \| 1 passed/);
    expect(exitCode).toBe(1);
  });

  test("without the plugin every test says how to add it", async () => {
    const options = { plugins: "[]", test: "includeTaskLocation: true" };
    await using project = await InlineProject.create({ "one.test.ts": one }, options);
    const { exitCode, output } = await project.run();
    await expect(output).toMatchFileSnapshot("expected/no-plugin.txt");
    expect(exitCode).toBe(1);
  });

  test("a pool of threads is refused", async () => {
    const options = { test: 'pool: "threads"' };
    await using project = await InlineProject.create({ "one.test.ts": one }, options);
    const { exitCode, output } = await project.run();
    await expect(output).toMatchFileSnapshot("expected/threads.txt");
    expect(exitCode).toBe(1);
  });

  test("a build that succeeds is quiet, and its kernel is booted", async () => {
    const plugin = '{ build: "cp kernels/hello.elf built.elf", machine: { kernel: "built.elf" } }';
    await using project = await InlineProject.create({ "one.test.ts": one }, { plugin });
    const { exitCode, output } = await project.run();
    await expect(output).toMatchFileSnapshot("expected/build-succeeds.txt");
    expect(exitCode).toBe(0);
  });
});
