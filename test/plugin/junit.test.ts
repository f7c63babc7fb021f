/** The JUnit report of tests with real machines, live and merged from shards. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kernelPath } from "../../kernels/build.ts";
import { parseXml } from "../reports/parse-xml.ts";
import { InlineProject } from "../vitest/inline-project.ts";

const head = 'import { expect, test } from "bringup";\n';
const files = {
  "ends.test.ts": `${head}
    test("powers off", async ({ boot }) => {
      const vm = await boot("kernels/power-off.elf");
      await expect(vm).toPowerOff();
    });
    test("prints every byte", async ({ boot }) => {
      const vm = await boot("kernels/garbage.elf");
      await expect(vm.serial).toPrint("garbage ends", { failOn: [] });
    });
    test("does not power off", async ({ boot }) => {
      const vm = await boot("kernels/triple-fault.elf");
      await expect(vm).toPowerOff();
    });
    test("skips", ({ skip }) => skip("nothing to boot"));
  `,
  "flaky.test.ts": `${head}
    let tries = 0;
    test("passes at the second try", { retry: 1 }, async ({ boot }) => {
      const vm = await boot("kernels/exit-code.elf", { commandLine: "exit=" + tries++ });
      await expect(vm).toExit({ kind: "debug-exit", status: 1 });
    });
  `,
};

let project: InlineProject;
let live: string;

beforeAll(async () => {
  project = await InlineProject.create(files, { plugin: '{ junit: "reports/junit.xml" }' });
  await project.run();
  live = project.read("reports/junit.xml");
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

function caseOf(xml: string, name: string) {
  const found = parseXml(xml).cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the report has no case "${name}"`);
  return found;
}

describe("the report of real machines", () => {
  test("says what decided each verdict", () => {
    const bytes = readFileSync(kernelPath("power-off"));
    expect(caseOf(live, "powers off")).toMatchObject({
      verdict: "passed",
      properties: {
        "accelerator.requested": "auto",
        "accelerator.used": expect.stringMatching(/^(tcg|kvm|hvf)$/),
        "accelerator.why": expect.stringMatching(/\w+ \w+/),
        "qemu.version": expect.stringMatching(/^\d+\.\d+/),
        "machine.arch": "x86_64",
        "machine.type": "pc",
        "kernel.sha256": createHash("sha256").update(bytes).digest("hex"),
        "kernel.image": expect.stringContaining("PVH"),
        "exit.kind": "power-off",
        "exit.at": expect.stringContaining("in power_off"),
        reproduce: expect.stringContaining("-kernel"),
      },
      systemOut: expect.stringContaining("switching off"),
    });
    expect(caseOf(live, "does not power off")).toMatchObject({
      verdict: "failure",
      reason: expect.stringMatching(/^triple fault at .*triple-fault\.c:\d+/),
      failure: expect.stringContaining("at ends.test.ts:"),
      properties: { "exit.kind": "triple-fault" },
    });
    expect(caseOf(live, "skips")).toMatchObject({ verdict: "skipped", reason: "nothing to boot" });
    expect(caseOf(live, "passes at the second try")).toMatchObject({
      verdict: "passed",
      properties: { flaky: "true", retries: "1", "exit.kind": "debug-exit", "exit.status": "1" },
    });
  });

  test("names files that are there", () => {
    for (const name of ["powers off", "prints every byte", "does not power off"]) {
      const { systemOut } = caseOf(live, name);
      const paths = [...systemOut.matchAll(/\[\[ATTACHMENT\|(.*?)\]\]/g)].map(([, path]) => path);
      expect(paths.map((path) => path?.split("/").at(-1))).toEqual(
        expect.arrayContaining(["serial0.log", "qmp.log", "command.sh", "timeline.log"]),
      );
      for (const path of paths as string[]) {
        expect(existsSync(isAbsolute(path) ? path : join(project.root, path)), path).toBe(true);
      }
    }
  });

  test("is valid whatever the guest prints, and the log has every byte", () => {
    const { systemOut, verdict } = caseOf(live, "prints every byte");
    expect(verdict).toBe("passed");
    const [, path] = systemOut.match(/\[\[ATTACHMENT\|(.*serial0\.log)\]\]/) ?? [];
    const log = readFileSync(join(project.root, path as string));
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(log.includes(every)).toBe(true);
  });

  test("says the same when it is merged from shards", { timeout: 180_000 }, async () => {
    for (const shard of ["1/2", "2/2"]) {
      const blob = `--outputFile.blob=blobs/${shard[0]}.json`;
      await project.run([`--shard=${shard}`, "--reporter=blob", blob]);
    }
    const { output } = await project.run(["--merge-reports=blobs"]);
    expect(output).toContain("1 failed");
    const summary = (xml: string) =>
      parseXml(xml).cases.map(({ name, properties, reason, verdict }) => ({
        name,
        verdict,
        reason: reason === undefined ? undefined : project.normalise(reason),
        properties: Object.fromEntries(
          Object.entries(properties).filter(([key]) => !/^(reproduce|exit\.at|flaky)$/.test(key)),
        ),
      }));
    const merged = project.read("reports/junit.xml");
    expect(summary(merged)).toEqual(summary(live));
    expect(caseOf(merged, "powers off").systemOut).toContain("switching off");
    expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
  });
});
