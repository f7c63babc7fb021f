/** A project, its temporary files and its evidence at paths with all that a path may have. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildKernels, kernelPath } from "../../kernels/build.ts";
import { InlineProject } from "../vitest/inline-project.ts";

const limitMs = 120_000;
/** Deep as well: an address of a socket has 107 bytes. (Vite takes no "#", "*", "?" and "\\".) */
const folder = `100% %d%s "süß", a@@b 日本/it's [x] a=b; $HOME/${"deep".repeat(20)}`;

beforeAll(async () => {
  await buildKernels({ names: ["disk-read", "hello", "tpm", "multiboot64"] });
}, limitMs);

const source = `
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "bringup";
import { share, tpm } from "bringup/machine";

const copyOf = (path: string, name: string) => {
  copyFileSync(path, name);
  return name;
};
const disk = (name: string, text: string) => {
  const sectors = Buffer.alloc(1024 * 1024);
  sectors.write(text);
  writeFileSync(name, sectors);
  return name;
};

test("reads disks, of its own path and of an overlay's", async ({ boot }) => {
  const kernel = copyOf(${JSON.stringify(kernelPath("disk-read", "i386"))}, "kernel %,a@@b.elf");
  const errors = [{ on: "read" as const, sector: 100 }];
  for (const [index, extra] of [{}, { persist: true }, { errors }].entries()) {
    const file = disk(\`disk 100%, a@@b \${index}.img\`, "text on the disk");
    const vm = await boot(kernel, { machine: "pc", disks: [{ file, bus: "virtio", ...extra }] });
    await expect(vm.serial).toPrint("text on the disk");
  }
});

test("has a directory, a shared one and a TPM", async ({ boot }) => {
  mkdirSync("files, %a@@b/süß 日本", { recursive: true });
  writeFileSync("files, %a@@b/süß 日本/a, b@@c 100%.txt", "x");
  const kernel = copyOf(${JSON.stringify(kernelPath("tpm", "i386"))}, "tpm.elf");
  const directory = "files, %a@@b";
  const devices = [tpm.tis(), share({ directory, tag: "files" })];
  const vm = await boot(kernel, { machine: "pc", directory, devices });
  await expect(vm.serial).toPrint("random bytes:");
});

test("is started by GRUB", async ({ boot }) => {
  const vm = await boot(${JSON.stringify(kernelPath("multiboot64", "x86_64"))}, { bootLoader: "grub", memory: "64M" });
  await expect(vm.serial).toPrint("Hello");
});

test("fails at its own line", async ({ boot }) => {
  const vm = await boot(${JSON.stringify(kernelPath("hello"))}, { accelerator: "tcg" });
  await expect(vm.serial).toPrint("Hello");
  await expect(vm.serial).toPrint("what it never prints", { timeoutMs: 200 });
});

test("fails at its own call", async ({ boot }) => {
  await boot(${JSON.stringify(kernelPath("hello"))}, { memory: "no size" });
});
`;

test(
  "all of it works, and failures point at their lines",
  async () => {
    const files = { "odd paths, 100% süß.test.ts": source };
    const plugin = '{ junit: "reports %,@@/junit.xml" }';
    await using project = await InlineProject.create(files, { plugin, folder });
    const { exitCode, output } = await project.run();
    expect(exitCode).toBe(1);
    expect(output).toContain("2 failed | 3 passed (5)");
    const lines = source.split("\n");
    for (const [name, words] of [
      ["fails at its own line", "what it never prints"],
      ["fails at its own call", "no size"],
    ] as const) {
      const line = lines.findIndex((one) => one.includes(words)) + 1;
      const at = output.indexOf(`> ${name}`);
      expect(output.slice(at)).toMatch(new RegExp(`^[^❯]*❯ odd paths, 100% süß.test.ts:${line}:`));
    }
    expect(existsSync(join(project.root, "reports %,@@/junit.xml"))).toBe(true);
    expect(readdirSync(join(project.root, ".bringup/runs"))).toHaveLength(1);
    expect(await project.leftovers()).toEqual({ processes: [], sessions: [] });
  },
  limitMs,
);
