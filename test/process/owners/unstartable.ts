/** Kills programs that the system could not start, tells why it could not, and lives on. */
import { chmodSync, closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startOwned } from "../../../harness/process/index.ts";

async function report(takenDescriptors: readonly number[] = []): Promise<void> {
  const child = startOwned("/bin/true", [], { logFile: "/dev/null", sockets: 1 });
  child.kill();
  const { spawnError } = await child.ended;
  for (const descriptor of takenDescriptors) closeSync(descriptor);
  console.log(`${child.pid} ${child.descriptors[0]?.destroyed} ${spawnError?.message}`);
}

const taken: number[] = [];
try {
  for (;;) taken.push(openSync("/dev/null", "r"));
} catch {
  // One for the log file; none for the sockets.
  closeSync(taken.pop() ?? -1);
}
await report(taken);

const tools = process.argv[2] ?? "";
writeFileSync(join(tools, "setpriv"), "#!/no/such/interpreter\n");
chmodSync(join(tools, "setpriv"), 0o755);
process.env.PATH = tools;
await report();
