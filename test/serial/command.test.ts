import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fatalPatterns } from "../../harness/deaths/index.ts";
import { GuestError, SpecError, TimeoutError } from "../../harness/evidence/index.ts";
import type { CommandOptions, SerialPort, SerialPortHooks } from "../../harness/serial/index.ts";
import { chunksOf, errorOf, patient, portOf, poweredOff, print, runs, turn } from "./ports.ts";

const prompt = /^\w*\$ $/;

/** A line is quiet soon: all that a guest prints here, it prints at once. */
const settling = { settlingMs: 1 };
const settled = (hooks: Partial<SerialPortHooks> = {}) => portOf(hooks, settling);

/** A port with a guest that answers everything that is sent to it with `answer`. */
function guestThatAnswers(answer: (sent: string) => string): SerialPort {
  const port = settled({
    send: async (bytes) => print(port, answer(Buffer.from(bytes).toString())),
  });
  print(port, "boot\r\n$ ");
  return port;
}

/** The output of `ls` for a guest that prints `printed` when it is sent. */
async function outputOf(printed: string, options: Partial<CommandOptions> = {}): Promise<string> {
  const port = guestThatAnswers(() => printed);
  const output = await port.command("ls", { prompt, ...options });
  expect(port.cursor).toBe(port.end);
  return output;
}

describe("the output of a command", () => {
  test.each([
    ["one line", "ls\r\none\r\n$ ", "one"],
    ["several lines", "ls\r\none\r\n\r\ntwo\r\n$ ", "one\n\ntwo"],
    ["none", "ls\r\n$ ", ""],
    ["none, and no echo", "$ ", ""],
    ["no echo", "one\r\n$ ", "one"],
    ["an empty line at its end", "ls\r\none\r\n\r\n$ ", "one\n"],
    ["the command itself", "ls\r\nls\r\n$ ", "ls"],
    ["prompts in it", "ls\r\n$ \r\na$ ls\r\n$ ", "$ \na$ ls"],
    ["an echo with colours", "\x1b[1ml\x1b[m\x1b[1ms\x1b[m\r\none\r\n\x1b[32m$ \x1b[m", "one"],
    ["another prompt than before", "ls\r\none\r\nroot$ ", "one"],
  ])("%s", async (_, printed, output) => {
    expect(await outputOf(printed)).toBe(output);
  });

  test("without a line end before the prompt", async () => {
    expect(await outputOf("ls\r\none$ ", { prompt: "$ " })).toBe("one");
    expect(await outputOf("ls\r\none$ ", { prompt: /\$ / })).toBe("one");
    expect(await outputOf("ls\r\none$ \r\n$ ", { prompt: /\$ /g })).toBe("one$ ");
  });

  test("with and without the guest's word on its echo", async () => {
    expect(await outputOf("ls\r\none\r\n$ ", { echo: true })).toBe("one");
    expect(await outputOf("ls\r\none\r\n$ ", { echo: false })).toBe("ls\none");
    const port = guestThatAnswers(() => "one\r\n$ ");
    const error = await errorOf(port.command("ls", { prompt, echo: true, timeoutMs: 20 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toContain('serial0 to answer "ls" with its prompt /^\\w*\\$ $/');
    expect(port.cursor).toBe(0);
  });

  test("is not decided by a prompt in the echo", async () => {
    const port = guestThatAnswers(() => "say $ ");
    const echoed = port.waitFor(/say \$ $/);
    const answer = port.command("say $ ", { prompt: "$ " });
    // The line has been quiet with a prompt at its end.
    await echoed;
    print(port, "\r\n$ \r\n$ ");
    expect(await answer).toBe("$ ");
  });

  test("says what is no longer in memory", async () => {
    const send = async () => {
      print(port, "ls\r\n");
      for (let line = 0; line < 50; line += 1) print(port, `line ${line}\r\n`);
      print(port, "$ ");
    };
    const port = portOf({ send }, { ...settling, keptCharacters: 100 });
    print(port, "$ ");
    expect(await port.command("ls", { prompt })).toMatch(
      /^\[\d+ characters left out: see the log\]\n(?:.*\n)+line 49$/,
    );
  });

  const lines = fc.array(
    fc.constantFrom("ls", "a", "$ ", "", "$ l", "x $ y", "é😀", "\x1b[1mb\x1b[m"),
  );
  const echoes = fc.constantFrom(
    "ls\r\n",
    "llss\r\n\r\n",
    "\x1b[1ml\x1b[ms\r\n",
    "\r\n$ ls\r\n",
    "ls\r\r\n",
  );
  test("does not depend on how it is cut into chunks", patient, async () => {
    await fc.assert(
      fc.asyncProperty(echoes, lines, fc.infiniteStream(fc.nat(5)), async (echo, output, cuts) => {
        const printed = Buffer.from(`${echo}${output.map((line) => `${line}\r\n`).join("")}$ `);
        const port = settled({
          send: async () => {
            for (const chunk of chunksOf(printed, cuts)) port.receive(chunk);
          },
        });
        print(port, "$ ");
        // Escape sequences are no text; without output there is no line end to take off.
        const expected = output.join("\n").replaceAll(/\x1b\[1?m/g, "");
        expect(await port.command("ls", { prompt: /^\$ $/ })).toBe(expected);
      }),
      runs(300),
    );
  });
});

describe("a command", () => {
  test("waits for the prompt before it is sent", async () => {
    const sent: string[] = [];
    const port = settled({
      send: async (bytes) => {
        sent.push(Buffer.from(bytes).toString());
        print(port, "ls\r\none\r\n$ ");
      },
    });
    print(port, "booting $ \r\nready.");
    const answer = port.command("ls", { prompt });
    // The line has been quiet.
    await port.waitFor(/ready.$/);
    await turn();
    expect(sent).toEqual([]);
    print(port, "\r\n$ ");
    expect(await answer).toBe("one");
    expect(sent).toEqual(["ls\r"]);
  });

  test("finds its prompt in the middle of a line, where nothing was printed before", async () => {
    const port = guestThatAnswers(() => "$ ");
    expect(await port.command("a", { prompt: /^\$ $/ })).toBe("");
    expect(await port.command("b", { prompt: /^\$ $/ })).toBe("");
    expect(port.text).toBe("boot\n$ $ $ ");
  });

  test("says that there was no prompt, and the line that is nearest", async () => {
    const port = settled();
    print(port, "login: ");
    const error = await errorOf(port.command("ls", { prompt: "logon: ", timeoutMs: 5 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toBe(
      'timed out after 5 ms (timeoutMs) waiting for serial0 to stand at its prompt "logon: ", ' +
        'to be given "ls"\n  nearest line: "login: ", but it came before this wait began',
    );
  });

  test("waits for the one before, and lets other input through", async () => {
    const sent: string[] = [];
    const port = guestThatAnswers((bytes) => {
      sent.push(bytes);
      return bytes === "slow\r" ? "slow\r\n" : `${bytes}\n${bytes}\n$ `;
    });
    const slow = port.command("slow", { prompt });
    const next = port.command("next", { prompt });
    await port.waitFor(/slow\n$/);
    await port.press("x");
    expect([await slow, await next]).toEqual(["x\nx", "next"]);
    expect(sent).toEqual(["slow\r", "x", "next\r"]);
  });

  test("ends lines as it is told, or as the port is", async () => {
    const port = guestThatAnswers(
      (sent) => `${sent.replace(/\r?\n/, "\r\n")}${JSON.stringify(sent)}$ `,
    );
    port.lineEnd = "\n";
    expect(await port.command("a", { prompt: "$ " })).toBe('"a\\n"');
    expect(await port.command("b", { prompt: "$ ", lineEnd: "\r\n" })).toBe('"b\\r\\n"');
  });

  test("fails with the guest, by the end of the machine or fatal output", async () => {
    const dying = guestThatAnswers(() => "ls\r\npanic: no\r\n$ ");
    expect(await errorOf(dying.command("ls", { prompt }))).toBeInstanceOf(GuestError);
    expect(await outputOf("ls\r\npanic: no\r\n$ ", { failOn: [] })).toBe("panic: no");
    const own = outputOf("ls\r\nERR\r\n$ ", { failOn: [...fatalPatterns, "ERR"] });
    expect(await errorOf(own)).toBeInstanceOf(GuestError);
    const port = guestThatAnswers(() => "");
    const error = errorOf(port.command("off", { prompt }));
    await port.waitFor(/\$ $/);
    await turn();
    port.finish(poweredOff);
    expect((await error).message).toContain('while waiting for serial0 to answer "off"');
  });

  test.each<[string, string, object, string]>([
    ["lines", "a\nb", { prompt }, "line: takes one line of text"],
    ["control characters", "\x03", { prompt }, "line: takes one line of text"],
    ["a long line", "a".repeat(4001), { prompt }, "line: has 4001 characters and takes 4000"],
    ["no text", 5 as never, { prompt }, "line: takes text, not number"],
    ["no prompt", "a", {}, "prompt: is missing"],
    ["any prompt", "a", { prompt: /x*/ }, "prompt: /x*/ matches no output at all"],
    ["another line end", "a", { prompt, lineEnd: "\0" }, 'lineEnd: takes one of "\\r", "\\n"'],
    ["no time", "a", { prompt, timeoutMs: -1 }, "timeoutMs: takes"],
  ])("is refused with %s", async (_, line, options, message) => {
    const error = await errorOf(portOf().command(line, options as CommandOptions));
    expect(error).toBeInstanceOf(SpecError);
    expect(error.message).toContain(message);
  });
});
