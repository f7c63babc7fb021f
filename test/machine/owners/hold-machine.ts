/** Boots the machine of a spec and keeps it until this process is ended; prints when it runs. */
import { bootMachine, EvidenceStore } from "../../../harness/machine/index.ts";

const store = new EvidenceStore(process.env.TMPDIR as string, "run");
const vm = await bootMachine(JSON.parse(process.argv[2] as string), { store });
process.stdout.write(`${vm.state}\n`);
