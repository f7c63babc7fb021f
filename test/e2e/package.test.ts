/** The package as a stranger gets it: packed, installed, used, and judged by what it says. */
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeContents } from "./contents.ts";
import { describeEntries } from "./entries.ts";
import { KernelProject } from "./kernel-project.ts";
import { type PackedPackage, packPackage } from "./packed-package.ts";
import { Desk } from "./stranger.ts";
import { describeVerdicts } from "./verdicts.ts";

let desk: Desk;
let packed: PackedPackage;
let project: KernelProject;
let bareProject: KernelProject;

beforeAll(async () => {
  desk = new Desk("bringup-e2e-");
  packed = await packPackage(desk);
  [project, bareProject] = await Promise.all([
    KernelProject.install(desk, "project", packed),
    KernelProject.install(desk, "bare project", packed, { omit: "peer" }),
  ]);
}, 240_000);
afterAll(() => desk[Symbol.dispose]());

describeContents(() => packed);
describeVerdicts(() => project);
describeEntries(
  () => project,
  () => bareProject,
);

test("nothing of all this is left in the temporary directory", () => {
  expect(readdirSync(desk.temporary)).toEqual([]);
});
