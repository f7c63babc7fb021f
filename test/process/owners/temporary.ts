/** Asks for a private directory, and prints the error that this ends with. */
import { createPrivateDirectory } from "../../../harness/process/index.ts";

const outcome = await createPrivateDirectory("machine").catch((error: Error) => error);
console.log(outcome instanceof Error ? `${outcome.name}: ${outcome.message}` : outcome.path);
