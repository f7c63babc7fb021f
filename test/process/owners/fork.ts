/** Forks another script, as a test runner forks its workers, and waits to be ended. */
import { fork } from "node:child_process";

const [script = "", ...scriptArguments] = process.argv.slice(2);
const worker = fork(script, scriptArguments, {
  stdio: ["ignore", "inherit", "inherit", "ipc", 3],
});
worker.on("exit", (code) => process.exit(code ?? 1));
// A parent that listens to its worker has a channel open in both directions.
worker.on("message", () => {});
