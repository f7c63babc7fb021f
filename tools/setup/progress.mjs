/** Runs a program that takes long, and says how far it is. Node 20, no dependencies. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A log gets a line this often at most; a terminal has one line that changes. */
const logIntervalMs = 10_000;
/** Lines of the program's own words that are kept: enough for its last complaint. */
const keptLines = 60;

/**
 * Runs `words`. `progressOf` makes of a line what is to be told of it, or `undefined` where it is
 * the program's own words: those are kept, and shown only if it fails.
 * @returns whether it ended with status 0 within `limitMs`, and its last own words.
 */
export async function runWithProgress(words, { cwd, env, limitMs }, progressOf) {
  const progress = openProgress(process.stdout);
  const child = spawn(words[0], words.slice(1), {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
  });
  const own = [];
  const take = (line) => {
    const text = progressOf(line);
    if (text !== undefined) return progress.tell(text);
    if (own.push(line) > keptLines) own.shift();
  };
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", take);
  const { status, why } = await new Promise((resolve) => {
    child.once("error", (error) => resolve({ why: error.message }));
    child.once("close", (status, signal) =>
      resolve({ status, why: `it ended with ${signal ?? status}` }),
    );
  });
  progress.end();
  return { isDone: status === 0, why, words: own.join("\n") };
}

/** In a terminal one line that changes, elsewhere a line every ten seconds. */
export function openProgress(output) {
  let toldMs = Date.now();
  let toldText = "";
  return {
    tell(text) {
      if (output.isTTY) {
        output.write(`\r\u001b[K${text.slice(0, (output.columns ?? 80) - 1)}`);
      } else if (Date.now() - toldMs >= logIntervalMs && text !== toldText) {
        output.write(`${text}\n`);
        toldMs = Date.now();
      } else return;
      toldText = text;
    },
    end() {
      if (output.isTTY && toldText !== "") output.write("\r\u001b[K");
    },
  };
}
