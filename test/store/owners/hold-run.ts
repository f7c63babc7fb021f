/** Begins a run in the folder that it is given, says so, and lives until it is killed. */
import { beginRun, newRunName } from "../../../harness/store/index.ts";

const [, , folder = "", run = newRunName()] = process.argv;
await beginRun(folder, run);
console.log(run);
// style-allow sleep: it holds the run for as long as the test lets it.
setInterval(() => {}, 1_000);
