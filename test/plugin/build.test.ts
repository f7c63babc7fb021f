/** Builds that fail: what fails by them, what does not, and that nothing stale is ever booted. */
import { copyFileSync, existsSync, mkdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { buildKernels } from "../../kernels/build.ts";
import { parseXml } from "../reports/parse-xml.ts";
import { InlineProject } from "../vitest/inline-project.ts";

const limitMs = 120_000;
beforeAll(async () => {
  await buildKernels({ names: ["hello"] });
}, limitMs);

/** A kernel of an hour ago. */
function stale(project: InlineProject, path: string): void {
  const file = join(project.root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  copyFileSync(join(project.root, "kernels/hello.elf"), file);
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(file, hourAgo, hourAgo);
}

const verdictsOf = (xml: string) =>
  parseXml(xml).cases.map(({ className, name, reason, verdict }) =>
    [className, name, verdict, ...(reason === undefined ? [] : [reason])].join(" | "),
  );

const head = 'import { expect, test } from "bringup";\n';
const hello = (kernel: string) => `
  const vm = await boot(${kernel});
  await expect(vm.serial).toPrint("Hello");
`;

/** "Compiles" what is a kernel's name, and complains about anything else. */
const compile = `#!/bin/sh
cd "$1" || exit
grep -q '^hello$' main.c && cp ../kernels/hello.elf kernel.elf && exit
echo "compiling $1"; echo "$1/main.c:1: error: expected ';'" >&2; exit 1
`;

describe("a build for each image", { timeout: limitMs }, () => {
  test("fails the tests of its image, and no other", async () => {
    const files = {
      "compile.sh": compile,
      "exercise1/main.c": "hello\n",
      "exercise2/main.c": "broken\n",
      "exercise3/main.c": "broken, and built an hour ago\n",
      "grade.test.ts": `${head}
        for (const number of [1, 2, 3]) {
          test("exercise " + number, async ({ boot }) => {${hello('"exercise" + number + "/kernel.elf"')}});
        }
        test("has it as a disk", async ({ boot }) => {
          await boot("kernels/hello.elf", { machine: "pc", disks: [{ file: "exercise3/kernel.elf" }] });
        });
        test("boots another", async ({ boot }) => {${hello('"kernels/hello.elf"')}});
        test("boots none", () => {});
      `,
    };
    const plugin = `{
      build: { "exercise*/kernel.elf": './compile.sh "exercise$1"' }, junit: "junit.xml",
    }`;
    await using project = await InlineProject.create(files, { plugin });
    stale(project, "exercise3/kernel.elf");
    const { exitCode, output } = await project.run();
    await expect(output).toMatchFileSnapshot("expected/build-per-image.txt");
    expect(exitCode).toBe(1);
    const words = (number: number) =>
      `failure | build failed (exit code 1): exercise${number}/main.c:1: error: expected ';'`;
    expect(verdictsOf(project.read("junit.xml"))).toEqual([
      "grade-test | exercise 1 | passed",
      `grade-test | exercise 2 | ${words(2)}`,
      `grade-test | exercise 3 | ${words(3)}`,
      `grade-test | has it as a disk | ${words(3)}`,
      "grade-test | boots another | passed",
      "grade-test | boots none | passed",
    ]);
    // What nobody boots is a remark.
    const filtered = await project.run(["-t", "exercise 1"]);
    expect(filtered.output).toContain(
      "bringup: not built, and booted by no test that ran:\n  exercise2/kernel.elf\n  exercise3/kernel.elf",
    );
    expect(filtered.exitCode).toBe(0);
  });

  test("has to fit a directory", async () => {
    const plugin = '{ build: { "exercise*/kernel.elf": "make" } }';
    await using project = await InlineProject.create({ "one.test.ts": head }, { plugin });
    const { exitCode, output } = await project.run();
    expect(output).toContain(
      'SpecError: build["exercise*/kernel.elf"]: fits no directory in <root>;',
    );
    expect(exitCode).toBe(1);
  });
});

describe("one build for all", { timeout: limitMs }, () => {
  const plugin = `{
    build: "cp kernels/hello.elf fresh.elf; echo hello.c:3: error: no such thing >&2; exit 2",
    machine: { kernel: "built.elf" }, junit: "junit.xml",
  }`;
  const files = {
    "all.test.ts": `${head}
      test("boots what is not there", async ({ boot }) => {${hello("")}});
      test("boots what is stale", async ({ boot }) => {${hello('"old.elf"')}});
      test("boots what it made", async ({ boot }) => {${hello('"fresh.elf"')}});
      test("boots what is not of the project", async ({ boot }) => {${hello('"kernels/hello.elf"')}});
      test("boots none", () => {});
    `,
  };

  test("fails the tests that boot what it was to make", async () => {
    await using project = await InlineProject.create(files, { plugin });
    stale(project, "old.elf");
    const { exitCode, output } = await project.run();
    await expect(output).toMatchFileSnapshot("expected/build-fails.txt");
    expect(exitCode).toBe(1);
    expect(verdictsOf(project.read("junit.xml")).map((line) => line.split(": ")[0])).toEqual([
      "all-test | boots what is not there | failure | build failed (exit code 2)",
      "all-test | boots what is stale | failure | build failed (exit code 2)",
      "all-test | boots what it made | passed",
      "all-test | boots what is not of the project | passed",
      "all-test | boots none | passed",
    ]);
    // Nor is a run green of which no test has met it.
    const untold = await project.run(["-t", "boots none"]);
    expect(untold.exitCode).toBe(1);
    expect(untold.output).toContain("bringup: build failed (exit code 2): hello.c:3: error: no");
    expect(verdictsOf(project.read("junit.xml")).at(-1)).toMatch(
      /^\(run\) \| \(outside any test\) \| error \| build failed \(exit code 2\): hello\.c:3: err/,
    );
  });

  test("may take so long, and no longer", async () => {
    const late =
      '{ build: "echo linking; sleep 600", buildTimeoutMs: 300, machine: { kernel: "built.elf" } }';
    await using project = await InlineProject.create(files, { plugin: late });
    const { output } = await project.run(["-t", "boots what is not there"]);
    expect(output).toContain(
      "BuildError: build failed (no end within 0.3 s): linking\n  not booted: built.elf, which was",
    );
    expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
  });
});

describe("in projects, and with --root", { timeout: limitMs }, () => {
  const config = (name: string) => `
    import { bringup } from "bringup/vitest";
    export default {
      plugins: [bringup({
        build: "cp ../kernels/hello.elf built.elf; pwd >> builds.log",
        machine: { kernel: "built.elf" }, junit: "reports/junit.xml",
      })],
      test: { name: "${name}" },
    };
  `;
  const one = `${head}
    import { readFileSync } from "node:fs";
    test("boots", async ({ boot }) => {${hello("")}
      await boot("./built.elf");
      expect(readFileSync("own.txt", "utf8")).toBe("own");
    });
  `;
  const files = Object.fromEntries(
    ["a", "b"].flatMap((name) => [
      [`${name}/vitest.config.ts`, config(name)],
      [`${name}/one.test.ts`, one],
      [`${name}/own.txt`, "own"],
    ]),
  );

  test("everything starts at the project's root", async () => {
    await using project = await InlineProject.create(files, {
      plugins: "[]",
      test: 'projects: ["a", "b"]',
    });
    const { exitCode, output } = await project.run();
    expect(output).toMatch(/2 passed/);
    expect(exitCode).toBe(0);
    for (const name of ["a", "b"]) {
      expect(project.read(`${name}/builds.log`)).toBe(`${project.root}/${name}\n`);
      expect(existsSync(join(project.root, name, ".bringup/runs"))).toBe(true);
      expect(verdictsOf(project.read(`${name}/reports/junit.xml`))).toEqual([
        `${name}.one-test | boots | passed`,
      ]);
    }
    expect(existsSync(join(project.root, ".bringup"))).toBe(false);

    const rooted = await project.run(["--root", "a"]);
    expect(rooted.output).toMatch(/1 passed/);
    expect(project.read("a/builds.log").split("\n")).toHaveLength(3);
    expect(existsSync(join(project.root, "reports"))).toBe(false);

    // What fails in one project is nothing to the report of another.
    await project.write("a/one.test.ts", `${head} test("passes", () => {});`);
    const mistaken = 'import { describe, test } from "bringup"; describe("a group", () => {});';
    await project.write("b/one.test.ts", mistaken);
    expect((await project.run()).exitCode).toBe(1);
    const [a, b] = ["a", "b"].map((name) => verdictsOf(project.read(`${name}/reports/junit.xml`)));
    expect(a).toEqual(["a.one-test | passes | passed"]);
    const advice = 'import { describe } from "vitest": of that, bringup has only test and expect';
    expect(b).toEqual([`b.one-test | (file) | error | ${advice}`]);
  });
});
