/** Pipes that outlive the program they were made for. */
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";

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
    let timer: NodeJS.Timeout;
    const look = () => {
      const nowBytes = pipes.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
      looks++;
      if (nowBytes === readBytes || looks === mostLooks) for (const pipe of pipes) pipe.destroy();
      else lookLater();
      readBytes = nowBytes;
    };
    // A busy process comes to its timers late and to its pipes after them: those have their turn.
    const lookLater = () => {
      timer = setTimeout(() => setImmediate(look), quietMs);
    };
    child.once("close", () => clearTimeout(timer));
    look();
  });
}
