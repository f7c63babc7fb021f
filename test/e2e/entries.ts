/** What can be imported, from where, and with which types. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { KernelProject } from "./kernel-project.ts";
import { repository } from "./stranger.ts";

const compiler = join(repository, "node_modules/.bin/tsc");
const typeSamples = join(repository, "fixtures/e2e/types");

/** `getProject` has vitest, `getBareProject` has not. */
export function describeEntries(
  getProject: () => KernelProject,
  getBareProject: () => KernelProject,
): void {
  describe("the entries", () => {
    describeResolution(getProject);
    describeStart(getProject, getBareProject);
  });
  describe("the types", () => describeTypes(getProject));
}

function describeResolution(getProject: () => KernelProject): void {
  test("are three, and package.json", async () => {
    const paths = ["", "/vitest", "/machine", "/package.json"];
    const inner = ["/dist/machine/index.js", "/dist/index.js", "/harness", "/host", "/README.md"];
    const names = [...paths, ...inner].map((path) => `bringup${path}`);
    const script = `
        for (const name of ${JSON.stringify(names)}) {
          try { console.log(name, import.meta.resolve(name).replace(/.*node_modules/, "")); }
          catch (error) { console.log(name, error.code); }
        }`;
    const { stdout } = await getProject().run(["node", "--input-type=module", "-e", script]);
    expect(stdout).toMatchInlineSnapshot(`
        "bringup /bringup/dist/vitest/index.js
        bringup/vitest /bringup/dist/plugin/index.js
        bringup/machine /bringup/dist/machine/index.js
        bringup/package.json /bringup/package.json
        bringup/dist/machine/index.js ERR_PACKAGE_PATH_NOT_EXPORTED
        bringup/dist/index.js ERR_PACKAGE_PATH_NOT_EXPORTED
        bringup/harness ERR_PACKAGE_PATH_NOT_EXPORTED
        bringup/host ERR_PACKAGE_PATH_NOT_EXPORTED
        bringup/README.md ERR_PACKAGE_PATH_NOT_EXPORTED"
      `);
  });
}

function describeStart(getProject: () => KernelProject, getBareProject: () => KernelProject): void {
  test("bringup/machine boots without vitest", async () => {
    const script = `
        import { bootMachine } from "bringup/machine";
        await using vm = await bootMachine({ kernel: "build/kernel.elf" });
        await vm.serial.waitFor("tiny: ready");
        await vm.serial.terminal.waitForText("tiny: ready");
        await vm.serial.write("q");
        console.log((await vm.exited).kind);`;
    const project = getBareProject();
    await project.run(["make", "-s"]);
    const result = await project.run(["node", "--input-type=module", "-e", script]);
    expect(result.all).toBe("debug-exit");
    expect(result.exitCode).toBe(0);
  });

  test("a missing QEMU comes with the command that installs it", async () => {
    const project = getBareProject();
    // Which package manager there is decides the words; this one is never run.
    const program = join(project.root, "tools/apt-get");
    mkdirSync(dirname(program));
    writeFileSync(program, "#!/bin/false\n", { mode: 0o755 });
    const script = `
        import { bootMachine } from "bringup/machine";
        await bootMachine({ arch: "x86_64", firmware: "bios" });`;
    const result = await project.run([process.execPath, "--input-type=module", "-e", script], {
      PATH: dirname(program),
    });
    expect(result.all).toMatch(/there is no qemu-system-x86_64 on PATH/);
    expect(result.all).toMatch(/^ {2}to mend it: .*\bqemu-system-x86\b/m);
  });

  test("bringup outside vitest says what to do instead", async () => {
    const result = await getProject().run(["node", "-e", 'import("bringup")']);
    expect(result.exitCode).toBe(1);
    expect(result.all).toMatch(
      /^HostError: "bringup" is for test files, which vitest runs\n {2}to mend it: npx vitest run; /m,
    );
  });

  test("bringup without vitest says what is missing", async () => {
    const result = await getBareProject().run(["node", "-e", 'import("bringup")']);
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("Cannot find package 'vitest'");
  });
}

/** What must not compile, and what the first line of the error has to say. */
const mistakes = [
  ['boot({ kernle: "kernel.elf" })', "'kernle' does not exist"],
  ['boot("kernel.elf", { memry: "64M" })', "'memry' does not exist"],
  ["boot({ memory: true })", "Type 'true' is not assignable"],
  ['boot({ disks: [{ file: "a.img", buss: "ide" }] })', "'buss' does not exist"],
  ['boot({ disks: [{ file: "a.img", bus: "cable" }] })', '"cable"\' is not assignable'],
  ["boot({ exitOutcomes: { pas: [1] } })", "'pas' does not exist"],
  ["boot(5)", "Argument of type '5' is not assignable"],
] as const;
/** The oldest line of TypeScript that its users still have. */
const oldTypescript = "typescript@5.9.3";

function describeTypes(getProject: () => KernelProject): void {
  beforeAll(() => cpSync(typeSamples, join(getProject().root, "types"), { recursive: true }));

  test.for(["5", "7"])("name a wrong field in line 1: TypeScript %s", async (version) => {
    const project = getProject();
    const install = ["install", "--no-save", "--prefer-offline", "--no-audit", "--no-fund"];
    if (version === "5") await project.run(["npm", ...install, oldTypescript]);
    const ours = version === "5" ? join(project.root, "node_modules/.bin/tsc") : compiler;
    const head = 'import { type Boot } from "bringup";\ndeclare const boot: Boot;\n';
    mkdirSync(join(project.root, "mistakes"), { recursive: true });
    project.write("mistakes/boot.ts", `${head}${mistakes.map(([call]) => `${call};\n`).join("")}`);
    const configuration = { extends: "../types/tsconfig.bundler.json", files: ["boot.ts"] };
    project.write("mistakes/tsconfig.json", JSON.stringify(configuration));
    const { all } = await project.run([ours, "--noEmit", "--pretty", "false", "-p", "mistakes"]);
    const lines = all.split("\n").filter((line) => line.startsWith("mistakes/boot.ts("));
    expect(lines).toHaveLength(mistakes.length);
    for (const [index, [, words]] of mistakes.entries()) expect(lines[index]).toContain(words);
  });

  test.for(["nodenext", "bundler"])("compile with %s, and refuse what is wrong", async (name) => {
    const parameters = ["--noEmit", "-p", `types/tsconfig.${name}.json`];
    const result = await getProject().run([compiler, ...parameters]);
    expect(result.all).toBe("");
    expect(result.exitCode).toBe(0);
  });
}
