/** Tries to start a program when its channel to its parent is closed, and says what came of it. */
import { startOwned } from "../../../harness/process/index.ts";

process.once("disconnect", () => {
  try {
    startOwned("true", [], { logFile: "/dev/null", sockets: 0 });
    console.log("started");
  } catch (error) {
    console.log(`${(error as Error).name}: ${(error as Error).message.split("\n")[0]}`);
  }
});
process.disconnect();
