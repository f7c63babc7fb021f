/** Asks a QEMU binary about itself by running it. Every question has a limit. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../evidence/index.ts";
import { createPrivateDirectory, runToEnd, startOwned } from "../process/index.ts";
import { cutAfter } from "../text/index.ts";
import { startTimer } from "../wait/index.ts";
import { isRecord } from "./cache.ts";

/** How to ask. */
export interface Asking {
  readonly path: string;
  /** Who named the binary, for messages. */
  readonly namedBy: string;
  /** Milliseconds that one answer may take. */
  readonly limitMs: number;
}

/** No listing of QEMU's comes near this; what exceeds it is not QEMU. */
const answerLimitBytes = 1024 * 1024;
const excerptCharacters = 300;

/**
 * Runs `path` with these arguments and returns what it wrote to stdout.
 * @throws `HostError` if it cannot be run, fails, crashes or does not end in time, with the path
 *   and what it printed. Afterwards it does not run any more.
 */
export async function askText(asking: Asking, questions: readonly string[]): Promise<string> {
  const { failure, stdout, stderr } = await runToEnd(asking.path, questions, {
    limitMs: asking.limitMs,
    outputLimitBytes: answerLimitBytes,
    environment: { LC_ALL: "C" },
  });
  if (failure === undefined) return stdout;
  const how = failure.kind === "late" ? lateAnswer(asking) : failure.how;
  throw brokenBinary(asking, questions.join(" "), how, `${stderr}${stdout}`, failure.cause);
}

/** One QMP command; `arguments` may be left out. */
export interface QmpQuestion {
  readonly execute: string;
  readonly arguments?: Record<string, unknown>;
}

/** What came of a conversation: all answers, or how it ended instead and what was printed. */
export type Conversation =
  | { readonly answers: unknown[] }
  | { readonly answers?: undefined; readonly how: string; readonly printed: string };

/**
 * Starts `path` without a machine and puts these QMP commands to it (QEMU, docs/interop/qmp-spec).
 * @returns the answers in the same order; `undefined` for a command that this QEMU refuses.
 * @throws `HostError` as `askText` does. Afterwards it does not run any more.
 */
export async function askQmp(asking: Asking, questions: readonly QmpQuestion[]) {
  const conversation = await converse(asking, [], questions);
  if (conversation.answers !== undefined) return conversation.answers;
  const { how, printed } = conversation;
  throw brokenBinary(asking, "the questions on QMP", how, printed);
}

/** The same with further arguments for QEMU, and without an opinion on how it ends. */
export async function converse(
  asking: Asking,
  furtherArguments: readonly string[],
  questions: readonly QmpQuestion[],
): Promise<Conversation> {
  const directory = await createPrivateDirectory("ask");
  try {
    const logFile = join(directory.path, "qemu.log");
    const child = startOwned(asking.path, [...bareMachine, ...furtherArguments], {
      logFile,
      sockets: 1,
      environment: { ...process.env, LC_ALL: "C" },
    });
    const socket = child.descriptors[0];
    const received: Buffer[] = [];
    let isLate = false;
    const timer = startTimer(asking.limitMs, () => {
      isLate = true;
      child.kill();
      socket?.destroy();
    });
    // A program that ends without reading breaks the socket; `ended` then tells how it ended.
    socket?.on("error", () => {});
    socket?.on("data", (bytes: Buffer) => received.push(bytes));
    const all = [{ execute: "qmp_capabilities" }, ...questions, { execute: "quit" }];
    socket?.write(all.map((command) => `${JSON.stringify(command)}\n`).join(""));
    const end = await child.ended;
    timer.stop();
    const answers = parseAnswers(Buffer.concat(received).toString("utf8"), all.length);
    if (answers !== undefined && !isLate) return { answers: answers.slice(1, -1) };
    const how = isLate
      ? lateAnswer(asking)
      : `ended (${end.signal ?? end.exitCode ?? end.spawnError?.message}) before it had answered`;
    return { how, printed: readFileSync(logFile, "utf8").trim() };
  } finally {
    await directory.remove();
  }
}

const bareMachine = [
  ...["-nodefaults", "-no-user-config", "-display", "none", "-machine", "none", "-S"],
  ...["-chardev", "socket,id=questions,fd=3", "-mon", "chardev=questions,mode=control"],
];

/**
 * Picks the answers out of a QMP transcript: greeting and events carry neither `return` nor
 * `error`. @returns `undefined` if there are fewer than `count`.
 */
export function parseAnswers(transcript: string, count: number): unknown[] | undefined {
  const answers: unknown[] = [];
  for (const line of transcript.split("\n")) {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      // The line was cut short by the end of the process, or is none of QEMU's.
      continue;
    }
    if (!isRecord(message)) continue;
    if ("return" in message) answers.push(message.return);
    else if ("error" in message) answers.push(undefined);
  }
  return answers.length < count ? undefined : answers;
}

function brokenBinary(
  asking: Asking,
  question: string,
  how: string,
  printed: string,
  cause?: unknown,
): HostError {
  return new HostError(
    `reinstall ${asking.path} or name another QEMU (this one comes from ${asking.namedBy}): ` +
      `asked for ${question}, it ${how}${quote(printed)}`,
    { cause },
  );
}

function lateAnswer({ limitMs }: Asking): string {
  return `did not answer within ${limitMs} ms`;
}

/** What a program printed, cut to what a message can hold. */
export function quote(printed: string): string {
  const text = printed.trim();
  if (text === "") return " and printed nothing";
  const excerpt = cutAfter(text, excerptCharacters);
  return ` and printed:\n    ${excerpt.replaceAll("\n", "\n    ")}`;
}
