/**
 * Builds the kernels with clang and ld.lld: `node kernels/build.ts [name…]`.
 *
 * Two builds at the same time do no harm: objects and images appear by renaming, an object's name
 * is the hash of its inputs, and an image carries the hash of its own as its build id.
 */
import { existsSync, realpathSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { BringupError } from "../harness/evidence/index.ts";
import { type BuildSettings, isUpToDate, type LinkJob, planJobs } from "./plan.ts";
import { type KernelTarget, madeOf, targets } from "./targets.ts";
import { compile, link } from "./toolchain.ts";

const unusedObjectLimitMs = 24 * 60 * 60 * 1000;

export interface BuildOptions extends Partial<BuildSettings> {
  /** Only these kernels; all of them if left out. */
  readonly names?: readonly string[];
  /** Only for these targets; for all of them if left out. */
  readonly targets?: readonly KernelTarget[];
}

/**
 * The file to boot, as an absolute path. It need not have been built yet.
 * Throws a `BringupError` if `directory` has no source for a kernel of this name.
 */
export function kernelPath(
  name: string,
  target: KernelTarget = "x86_64",
  directory: string = import.meta.dirname,
): string {
  const source = `${madeOf[name] ?? name}.${target === "bios" ? "S" : "c"}`;
  const isLeftOut = targetNamed(target)?.kernels?.includes(name) === false;
  if (isLeftOut || !existsSync(join(directory, source))) {
    throw new BringupError(`there is no kernel "${name}" for ${target}: no kernels/${source}`);
  }
  return join(directory, "build", target, `${name}.${target === "bios" ? "img" : "elf"}`);
}

/**
 * Builds what is not up to date, as many at a time as there are CPUs, and returns the images that
 * it wrote ("x86_64/hello"). Throws a `BringupError` with the compiler's own words if anything
 * does not build, after having built all that does; a `HostError` if a tool is not installed; and
 * a `TimeoutError` if one takes longer than two minutes.
 */
export async function buildKernels(options: BuildOptions = {}): Promise<string[]> {
  const settings = {
    directory: options.directory ?? import.meta.dirname,
    compiler: options.compiler ?? "clang",
    linker: options.linker ?? "ld.lld",
  };
  const allJobs = await planJobs(settings);
  const selected = select(allJobs, options.names).filter(
    ({ image }) => options.targets?.includes(image.target.name) !== false,
  );
  const jobs = await findStale(selected, settings);
  if (jobs.length === 0) return [];

  await mkdir(join(settings.directory, "build", "objects"), { recursive: true });
  const failures = await runJobs(jobs, settings);
  await removeUnusedObjects(allJobs, settings);
  if (failures.length > 0) throw summary(failures);
  return jobs.map(({ image }) => `${image.target.name}/${image.name}`);
}

function targetNamed(name: KernelTarget) {
  return targets.find((target) => target.name === name);
}

function select(jobs: LinkJob[], names: readonly string[] | undefined): LinkJob[] {
  for (const name of names ?? []) {
    if (jobs.some(({ image }) => image.name === name)) continue;
    const known = [...new Set(jobs.map(({ image }) => image.name))].join(", ");
    throw new BringupError(`there is no kernel "${name}"; there are ${known}`);
  }
  return names === undefined ? jobs : jobs.filter(({ image }) => names.includes(image.name));
}

async function findStale(jobs: readonly LinkJob[], settings: BuildSettings): Promise<LinkJob[]> {
  const current = await Promise.all(jobs.map((job) => isUpToDate(job, settings)));
  return jobs.filter((_, index) => current[index] !== true);
}

/** Compiles every object once, then links every image whose objects are all there. */
async function runJobs(jobs: readonly LinkJob[], settings: BuildSettings): Promise<BringupError[]> {
  const failures: BringupError[] = [];
  const failedObjects = new Set<string>();
  const compileJobs = new Map(
    jobs.flatMap((job) => job.compileJobs.map((compileJob) => [compileJob.object, compileJob])),
  );
  await inParallel([...compileJobs.values()], async (job) => {
    const failure = await compile(job, settings);
    if (failure === undefined) return;
    failedObjects.add(job.object);
    failures.push(failure);
  });
  await inParallel(jobs, async (job) => {
    if (job.compileJobs.some(({ object }) => failedObjects.has(object))) return;
    const failure = await link(job, settings);
    if (failure !== undefined) failures.push(failure);
  });
  return failures;
}

/** Objects that no image needs any more, and what an interrupted build left: after a day. */
async function removeUnusedObjects(jobs: readonly LinkJob[], settings: BuildSettings) {
  const used = new Set(jobs.flatMap((job) => job.compileJobs.map(({ object }) => object)));
  const objects = join(settings.directory, "build", "objects");
  for (const name of await readdir(objects)) {
    if (used.has(name)) continue;
    const path = join(objects, name);
    // Another build may rename or remove a file between the listing and this look at it.
    const information = await stat(path).catch(() => undefined);
    if (information === undefined) continue;
    if (Date.now() - information.mtimeMs > unusedObjectLimitMs) await rm(path, { force: true });
  }
}

async function inParallel<Item>(items: readonly Item[], run: (item: Item) => Promise<void>) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await run(item);
  };
  const workers = Array.from({ length: availableParallelism() }, worker);
  // Wait for all of them even if one throws, so that nothing is still being written afterwards.
  const ended = await Promise.allSettled(workers);
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}

function summary(failures: readonly BringupError[]): BringupError {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first;
  const messages = failures.map(({ message }) => message).sort();
  return new BringupError(messages.join("\n"), { cause: new AggregateError(failures) });
}

async function main(names: readonly string[]): Promise<void> {
  const begin = performance.now();
  const built = await buildKernels(names.length === 0 ? {} : { names });
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(
    built.length === 0 ? "kernels: up to date" : `kernels: ${built.length} in ${seconds} s`,
  );
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof BringupError ? error.message : error);
    process.exitCode = 1;
  });
}
