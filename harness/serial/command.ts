/** One command at a prompt, from the prompt before it to the prompt behind its output. */
import { SpecError } from "../evidence/index.ts";
import { encodeText } from "./characters/index.ts";
import type { Deadline } from "./deadline.ts";
import type { InputLine } from "./input-line.ts";
import { checkLineEnd, type LineEnd } from "./line-end.ts";
import { checkPattern } from "./pattern-check.ts";
import { AnswerSearch, PromptSearch, promptAtEnd } from "./prompt-search.ts";
import { checkWaitOptions, type WaitOptions } from "./wait-options.ts";

/** Characters of a command line: what Linux takes for one (N_TTY, n_tty.c), and a bit less. */
export const commandCharacters = 4000;

export interface CommandOptions extends WaitOptions {
  /**
   * What the guest prints when it waits for the next command. It counts at the end of the output
   * once the line is quiet; `^` is the beginning of a line.
   */
  readonly prompt: string | RegExp;
  /** Whether the guest echoes what is typed. Default: an echo is removed where there is one. */
  readonly echo?: boolean | undefined;
  /** Default: the port's `lineEnd`. */
  readonly lineEnd?: LineEnd | undefined;
}

/** @throws `SpecError` for what is not one line, or no prompt. */
export function checkCommand(line: string, options: CommandOptions): void {
  if (typeof line !== "string") throw new SpecError("line", `takes text, not ${typeof line}`);
  if (/[^\P{Cc}\t]/u.test(line)) {
    throw new SpecError("line", "takes one line of text: send control characters with press()");
  }
  if (line.length > commandCharacters) {
    const message = `has ${line.length} characters and takes ${commandCharacters}: use sendFile()`;
    throw new SpecError("line", message);
  }
  if (options?.prompt === undefined) {
    throw new SpecError("prompt", "is missing: say what the guest prints before a command");
  }
  checkPattern("prompt", options.prompt);
  checkWaitOptions(options, ["prompt", "echo", "lineEnd"]);
  if (options.lineEnd !== undefined) checkLineEnd(options.lineEnd);
}

/** A command that was answered. */
export interface Answer {
  /** Without the line end before the prompt. */
  readonly output: string;
  /** Offset of the prompt behind it. */
  readonly promptStart: number;
}

/**
 * Waits until the guest stands at its prompt, sends the line, and waits for the prompt behind its
 * output; the cursor is there then. `line` and `options` are checked.
 * @param knownPrompt offset of the prompt behind the last command, or 0.
 */
export async function runCommand(
  input: InputLine,
  line: string,
  lineEnd: LineEnd,
  { echo, failOn, prompt }: CommandOptions,
  deadline: Deadline,
  knownPrompt: number,
): Promise<Answer> {
  const { port } = input;
  const bytes = encodeText("line", line + lineEnd, port.encoding);
  const findPrompt = promptAtEnd(prompt);
  const [given, shown] = [line, prompt].map((text) =>
    typeof text === "string" ? JSON.stringify(text) : String(text),
  );
  const atPrompt = {
    search: new PromptSearch(port, findPrompt, knownPrompt),
    description: () => `to stand at its prompt ${shown}, to be given ${given}`,
    movesCursor: false,
    similar: [prompt],
  };
  await input.found(atPrompt, port.end, deadline, failOn);
  const { answered, search } = await input.inTurn(deadline, async () => {
    const search = new AnswerSearch(port, findPrompt, line, echo);
    const description = () => `to answer ${given} with its prompt ${shown}`;
    const answer = { search, description, movesCursor: true, similar: [prompt] };
    const answered = input.found(answer, port.end, deadline, failOn);
    // Should sending fail as well, that is what the caller is told.
    answered.catch(() => {});
    await input.sendPiece(bytes, deadline, { description, failOn });
    return { answered, search };
  });
  await answered;
  const promptStart = search.outputEnd;
  const output = port.printed(search.outputStart, promptStart).replace(/\n$/, "");
  return { output, promptStart };
}
