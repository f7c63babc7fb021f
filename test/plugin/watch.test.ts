/** Watch mode: a changed source builds the kernel and runs the tests again. */
import { expect, test } from "vitest";
import { InlineProject } from "../vitest/inline-project.ts";

const files = {
  "kernel.c": "hello\n",
  // The "compiler": takes the name of a test kernel and fails for anything else.
  "build.sh": '#!/bin/sh\ncp "kernels/$(cat kernel.c).elf" built.elf && echo built >> builds.log\n',
  "builds.log": "",
  "one.test.ts": `
    import { expect, test } from "bringup";
    test("boots", async ({ boot }) => {
      const vm = await boot();
      await expect(vm.serial).toPrint("Hello");
    });
  `,
};

/** Waits for what vitest prints next. */
function follow(stream: NodeJS.ReadableStream) {
  let text = "";
  let notify = () => {};
  stream.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
    notify();
  });
  return {
    /** Resolves with all that came up to `words`, and forgets it. */
    async until(words: string): Promise<string> {
      while (!text.includes(words)) {
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
      const end = text.indexOf(words) + words.length;
      const part = text.slice(0, end);
      text = text.slice(end);
      return part;
    },
  };
}

test("builds and runs again, and survives a build that fails", { timeout: 60_000 }, async () => {
  const plugin = '{ build: "./build.sh", machine: { kernel: "built.elf" } }';
  await using project = await InlineProject.create(files, { plugin });
  const vitest = project.start(["--watch"], {}, "pipe");
  const output = follow(vitest.stdout);
  const errors = follow(vitest.stderr);
  expect(await output.until("press h to show help")).toContain("1 passed");

  await project.write("kernel.c", "no-such-kernel\n");
  const broken = await output.until("press h to show help");
  expect(broken).toContain("1 failed");
  expect(await errors.until("build.sh\n  | ")).toMatch(
    /build failed \(exit code 1\): cp: .*no-such-k.*\n {2}not booted: built\.elf, which may be older/,
  );

  await project.write("kernel.c", "power-off\n");
  const failed = await output.until("press h to show help");
  expect(failed).toContain("RERUN");
  expect(failed).toContain("1 failed");

  await project.write("kernel.c", "hello\n");
  expect(await output.until("press h to show help")).toContain("1 passed");
  expect(project.read("builds.log")).toBe("built\nbuilt\nbuilt\n");

  vitest.kill("SIGINT");
  await vitest;
  expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
});
