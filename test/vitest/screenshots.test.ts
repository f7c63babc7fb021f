/** Screenshots as vitest keeps its own: written once, compared after, renewed on request. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildKernels, kernelPath } from "../../kernels/build.ts";
import { parseXml } from "../reports/parse-xml.ts";
import { InlineProject } from "./inline-project.ts";

const limitMs = 120_000;

beforeAll(async () => {
  await buildKernels({ names: ["keyboard", "vga-text", "vga-graphics"] });
}, limitMs);

/** Alive, and unlike the baseline. */
const lastTest = `
test("never looks like another", async ({ boot }) => {
  const vm = await boot(${JSON.stringify(kernelPath("keyboard", "i386"))});
  await expect(vm.screen).toMatchScreenshot("draws-its-screen-1");
});
`;
const source = (commandLine: string, further = "") => `
import { expect, test } from "bringup";
test("draws its screen", async ({ boot }) => {
  const vm = await boot(${JSON.stringify(kernelPath("vga-text", "i386"))}, { commandLine: "${commandLine}", failOn: [] });
  await expect(vm.screen).toShowText(/Ready|panic/);
  await expect(vm.screen).toMatchScreenshot({ mask: [{ left: 0, top: 0, width: 720, height: 16 }], timeoutMs: 3_000 });
});
test("draws a picture", async ({ boot }) => {
  const vm = await boot(${JSON.stringify(kernelPath("vga-graphics", "i386"))});
  await expect(vm.screen).toMatchScreenshot("bars and box", { timeoutMs: 20_000, maxDifferentPixels: 9 });
  await expect(vm.screen).not.toMatchScreenshot("draws-its-screen-1");
});
${further}`;
const folder = "__screenshots__/screen.test.ts";
const parameters: string[] = [];

test(
  "a baseline is written, compared with, missed on CI, and renewed",
  async () => {
    await using project = await InlineProject.create(
      { "screen.test.ts": source("") },
      { plugin: '{ junit: "junit.xml" }' },
    );
    const onCi = await project.run(parameters, { CI: "1" });
    expect(onCi.exitCode).toBe(1);
    expect(onCi.output).toContain(
      `AssertionError: expected the screen to match ${folder}/draws-its-screen-1.png, which is not there`,
    );
    expect(onCi.output).not.toContain("baseline");
    const first = await project.run(parameters, { CI: "" });
    expect(first.exitCode).toBe(0);
    const [screen, bars] = ["draws-its-screen-1", "bars-and-box"].map(
      (name) => `${folder}/${name}.png`,
    );
    const written = `bringup: 2 baselines written\n  written: ${screen}\n  written: ${bars}`;
    expect(first.output).toContain(written);
    const { cases } = parseXml(project.read("junit.xml"));
    expect(cases[1]?.properties["baseline.written"]).toBe(join(project.root, bars ?? ""));
    expect(existsSync(join(project.root, folder, "draws-its-screen-1.png"))).toBe(true);
    expect(existsSync(join(project.root, folder, "bars-and-box.png"))).toBe(true);
    const same = await project.run(parameters, { CI: "1" });
    expect(same.exitCode, same.output).toBe(0);
    expect(same.output).not.toContain("baseline");

    await project.write("screen.test.ts", source("panic=1", lastTest));
    const changed = await project.run(parameters, { CI: "1" });
    expect(changed.exitCode).toBe(1);
    expect(changed.output).toContain(
      `while waiting for the screen to match ${folder}/draws-its-screen-1.png`,
    );
    expect(changed.output).toMatch(/\d+ of 288000 pixels differ; vitest -u takes what it shows as/);
    expect(changed.output).toContain(
      `timed out after 5000 ms (the default) waiting for the screen to match ${screen}`,
    );
    await project.write("screen.test.ts", source("panic=1"));
    for (const file of ["expected", "actual", "difference"]) {
      const name = `draws-its-screen-1-${file}.png`;
      const path = changed.raw
        .match(/\.bringup\/runs\/\S+\.png/g)
        ?.find((one) => one.endsWith(name));
      expect(existsSync(join(project.root, path ?? "nowhere"))).toBe(true);
    }
    const renewed = await project.run([...parameters, "--update=true"], { CI: "1" });
    expect(renewed.exitCode).toBe(0);
    expect(renewed.output).toContain(`bringup: 1 baseline updated\n  updated: ${screen}`);
    expect((await project.run(parameters, { CI: "1" })).exitCode).toBe(0);
  },
  limitMs,
);

test(
  "what is masked may change while a baseline is made, and ever after",
  async () => {
    const busy = `
import { expect, test } from "bringup";
test("changes all the time", async ({ boot }) => {
  const vm = await boot(${JSON.stringify(kernelPath("keyboard", "i386"))});
  await expect(vm.screen).toShowText("Type:");
  let isOver = false;
  const typing = (async () => {
    while (!isOver) await vm.keyboard.type("ab");
  })();
  const mask = [{ left: 0, top: 0, width: 720, height: 400 }];
  await expect(vm.screen).toMatchScreenshot({ mask, timeoutMs: 20_000 });
  isOver = true;
  await typing;
});
`;
    await using project = await InlineProject.create({ "screen.test.ts": busy }, { plugin: "" });
    for (const environment of [{ CI: "" }, { CI: "1" }]) {
      const run = await project.run(parameters, environment);
      expect(run.exitCode, run.output).toBe(0);
    }
  },
  limitMs,
);
