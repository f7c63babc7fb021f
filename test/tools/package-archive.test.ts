/** The names of the requirements table, as the archives of the releases know them. */
import { expect, test } from "vitest";
import { packagesOfAll } from "../../harness/host/package-names.mjs";
import table from "../../harness/host/requirements.json" with { type: "json" };
import type { RequirementTable } from "../../tools/setup/requirements.mjs";
import { Archive } from "../real/archive.ts";
import { ArchiveError, run } from "../real/archive-program.ts";

const { releases, requirements } = table as RequirementTable;
/** Lists are fetched once a day, a few megabytes for each release. */
const limitMs = 5 * 60_000;

for (const release of releases.apt ?? []) {
  test(`every apt package of the table is one of ${release}`, { timeout: limitMs }, async ({
    skip,
  }) => {
    const names = packagesOfAll(requirements, "apt", [release, "debian"]);
    expect(names.length).toBeGreaterThan(20);
    expect(await missingIn(release, names).catch(skipWithout(skip))).toEqual([]);
  });
}

test("a package that a release has not is found out", { timeout: limitMs }, async ({ skip }) => {
  expect(await missingIn("bookworm", ["virtiofsd"]).catch(skipWithout(skip))).toEqual([
    "virtiofsd",
  ]);
});

async function missingIn(release: string, names: readonly string[]): Promise<string[]> {
  const archive = new Archive(await run("dpkg", ["--print-architecture"]), release);
  return await archive.missing(names);
}

/** An archive that is out of reach tells nothing. */
function skipWithout(skip: (note: string) => never): (error: unknown) => never {
  return (error) => {
    if (error instanceof ArchiveError) skip(error.message);
    throw error;
  };
}
