/** Runs one of the repository's own programs, as its npm script does. */
import { join } from "node:path";
import { execa } from "execa";

const root = join(import.meta.dirname, "../..");
const limitMs = 50_000;

/** Never rejects. What surrounds the test neither colours the program's output nor feeds it. */
export async function runTool(
  script: string,
  parameters: readonly string[],
  variables: Record<string, string> = {},
) {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(VITEST|NODE_ENV$|TEST$|FORCE_COLOR$)/.test(name)
      ? []
      : [[name, value] as const],
  );
  // The Node of this run: set-up brings none along where the one on PATH is new enough.
  return await execa(process.execPath, ["--conditions=bringup-source", script, ...parameters], {
    cwd: root,
    preferLocal: true,
    localDir: root,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...variables },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    all: true,
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
}
