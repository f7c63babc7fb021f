/** A run whose build failed is not green, even where no test has met what failed. */
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { BuildError, type FailedBuild, unbootedFile } from "../evidence/index.ts";
import { printable } from "../text/index.ts";
import { Builds } from "./build.ts";
import { shortPath } from "./failure-report.ts";

export class BuildReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#vitest === undefined) return;
    const { config, logger } = this.#vitest;
    const untold = untoldBuilds(this.#vitest, modules);
    for (const build of untold.filter(({ image }) => image === null)) {
      process.exitCode = 1;
      logger.error(printable(`\nbringup: ${new BuildError(build).message}\n`));
    }
    const images = untold.flatMap(({ image }) => image ?? []);
    if (images.length === 0) return;
    const names = images.map((image) => `  ${shortPath(image, config.root)}`).join("\n");
    logger.error(printable(`\nbringup: not built, and booted by no test that ran:\n${names}\n`));
  }
}

/** Failed builds that no test has failed for. */
export function untoldBuilds(
  vitest: Vitest,
  modules: readonly TestModule[],
): readonly FailedBuild[] {
  const { failed } = Builds.of(vitest);
  if (failed.length === 0) return [];
  const errors = modules
    .flatMap((module) => [...module.children.allTests()])
    .flatMap((test) => test.result().errors ?? [])
    .filter(({ name }) => name === "BuildError");
  const isTold = ({ command, image }: FailedBuild, message: string) => {
    if (!message.includes(`\n  build: ${command}`)) return false;
    const file = unbootedFile(message);
    return image === null || (file !== undefined && image.endsWith(file));
  };
  return failed.filter((build) => !errors.some(({ message }) => isTold(build, message)));
}
