/** Other releases of the system's distribution, where the system has its own from. */
import { readFileSync } from "node:fs";
import { ArchiveError, run } from "./archive-program.ts";

/**
 * The line for apt's source list (sources.list(5)) that names a release at the mirror of the
 * system's own. The keys are those that apt trusts already: Debian gives a release the keys of the
 * next one.
 * @throws `ArchiveError` if the system's sources do not say where its release is from.
 */
export async function sourceListOf(release: string): Promise<string> {
  const format = "$(RELEASE) $(CODENAME) $(REPO_URI)";
  const targets = await run("apt-get", [
    "indextargets",
    "--format",
    format,
    "Created-By: Packages",
  ]);
  const own = /^VERSION_CODENAME="?(.+?)"?$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  for (const target of targets.split("\n")) {
    const [name, codename, mirror] = target.split(" ");
    if (own !== undefined && (name === own || codename === own)) {
      return `deb ${mirror} ${release} main\n`;
    }
  }
  throw new ArchiveError(`apt's sources have no ${own ?? "release with a name"}: no mirror known`);
}
