/** Types of progress.mjs, which is JavaScript because it must run on Node 20. */

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

export function runWithProgress(
  words: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly limitMs: number;
  },
  progressOf: (line: string) => string | undefined,
): Promise<{ readonly isDone: boolean; readonly why: string; readonly words: string }>;
export function openProgress(output: Output): { tell(text: string): void; end(): void };
