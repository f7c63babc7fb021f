/** Who comes to a fresh system, and what has to happen there. */
import type { FreshSystem } from "./fresh-system.ts";
import { lastLines } from "./fresh-system.ts";

/** One of them. `run` throws what went wrong. */
export interface Scenario {
  readonly name: string;
  readonly run: (system: FreshSystem) => Promise<void>;
}

/** A kernel's build, facts of every QEMU, and what is optional: they need what set-up brings. */
const selection = [
  "kernels",
  "test/host/qemu.test.ts",
  "test/machine/devices/tpm.test.ts",
  "test/machine/devices/virtiofs.test.ts",
].join(" ");
/** A first run says how far it is, and does not bury that in the words of others. */
const mostSetUpLines = 150;

export const scenarios: readonly Scenario[] = [
  {
    name: "as root",
    async run(system) {
      await system.clone("root");
      await demoAndTests(system, "root");
    },
  },
  {
    name: "as a user with sudo",
    async run(system) {
      await system.allowSudo();
      await system.clone("tester");
      await demoAndTests(system, "tester");
    },
  },
  {
    name: "as a user without sudo",
    async run(system) {
      await system.clone("tester");
      const { exitCode, output } = await system.run("tester", "cd bringup && npm test -- kernels");
      const command = /^set-up: install what is missing with: sudo (apt-get install .+)$/m.exec(
        output,
      );
      check(exitCode === 1 && command !== null, "one command is named", output);
      // It has to be enough, word by word.
      const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive ${command?.[1]} -y`;
      await system.succeeds("root", install);
      await system.succeeds("tester", "cd bringup && npm run demo");
    },
  },
];

async function demoAndTests(system: FreshSystem, user: "root" | "tester"): Promise<void> {
  const first = await system.succeeds(user, "cd bringup && npm run demo");
  const [setUp = ""] = first.split("bringup boots kernels");
  check(/^set-up: installing packages, \d+ %$/m.test(setUp), "set-up says how far it is", setUp);

  check(setUp.split("\n").length < mostSetUpLines, "set-up is brief", setUp);
  check(/^\d+ passed, 0 failed/m.test(first), "the demo passes", first);
  const tests = await system.succeeds(user, `cd bringup && npm test -- ${selection}`);
  check(/^[1-9]\d* passed, 0 failed/m.test(tests), "the tests pass", tests);
  check(!/^set-up:/m.test(tests), "a second run sets nothing up", tests);
}

function check(isTrue: boolean, what: string, output: string): void {
  if (!isTrue) throw new Error(`expected that ${what}:\n${lastLines(output)}`);
}
