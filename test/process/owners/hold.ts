/**
 * Owns a private directory and a program until it is ended from outside. Says "starting" before
 * it starts anything, and then where the directory is and which process id the program has.
 * Descriptor 3 is passed on, so that whoever holds its other end sees when the last holder is gone.
 */
import {
  type Binding,
  createPrivateDirectory,
  makeFifos,
  openFifoPair,
  startOwned,
} from "../../../harness/process/index.ts";

export interface HoldOptions {
  readonly binding: Binding;
  readonly file: string;
  readonly commandArguments: readonly string[];
  /** The descriptor to pass on; 3 where nothing else is said. */
  readonly held?: number;
  /** What happens by itself once the program runs. */
  readonly then?: "exit" | "throw" | "ignore-signals" | "kill-child";
}

const options = JSON.parse(process.argv[2] ?? "") as HoldOptions;
process.stdout.write("starting\n");
const { path } = await createPrivateDirectory("held");
await makeFifos([`${path}/serial`]);
openFifoPair(`${path}/serial`);
const child = startOwned(options.file, options.commandArguments, {
  logFile: `${path}/log`,
  sockets: 0,
  inherit: [options.held ?? 3],
  binding: options.binding,
});
process.stdout.write(`${JSON.stringify({ path, pid: child.pid })}\n`);
switch (options.then) {
  case "exit":
    process.exit(3);
    break;
  case "throw":
    throw new Error("uncaught on purpose");
  case "ignore-signals":
    process.on("SIGTERM", () => {});
    setInterval(() => {}, 1_000);
    break;
  case "kill-child":
    child.kill();
    await child.ended;
    break;
}
