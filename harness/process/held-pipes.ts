/** Pipes that outlive the program they were made for. */

import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { startTimer, type Timer } from "../wait/index.ts";

/** Milliseconds without a byte, after the end of a program, that are the end of its output. */
const quietMs = 100;
/** How often that is looked at: a child that goes on printing is not waited for. */
const mostLooks = 10;

/**
 * Lets go of the pipes of `child` soon after it has ended. A program of its own that it left
 * behind (a daemon, a server of a build) holds them open, and their end may never come. What
 * `child` printed is read first.
 */
export function releaseHeldPipes(child: ChildProcess): void {
  const pipes = [child.stdout, child.stderr].filter((one) => one !== null) as Socket[];
  child.once("exit", () => {
    let looks = 0;
    let readBytes = -1;
    let timer: Timer | undefined;
    const look = () => {
      const nowBytes = pipes.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
      looks++;
      if (nowBytes === readBytes || looks === mostLooks) for (const pipe of pipes) pipe.destroy();
      else lookLater();
      readBytes = nowBytes;
    };
    const lookLater = () => {
      timer = startTimer(quietMs, look);
    };
    child.once("close", () => timer?.stop());
    look();
  });
}
