/** How a question is put to QEMU: a command with its arguments, and the answer as it came. */
export type QmpAsk = (command: string, args?: object) => Promise<unknown>;

/** Asks the human monitor, for what QMP itself does not tell; of one CPU, where that matters. */
export async function askMonitor(ask: QmpAsk, line: string, cpu?: number): Promise<string> {
  const text = await ask("human-monitor-command", {
    "command-line": line,
    ...(cpu === undefined ? {} : { "cpu-index": cpu }),
  });
  return String(text);
}
