/** Sends a file or bytes as a person would paste them, but without loss. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { SpecError } from "../evidence/index.ts";
import { type InputLine, pieceBytes } from "./input-line.ts";
import { checkPace, Pace, type PaceOptions } from "./pace.ts";

/** What the FIFO of a UART holds (PC16550D data sheet, section 8.4): under way where it echoes. */
const uartBytes = 16;

/** What is sent. */
interface Source {
  readonly name: string;
  readonly sizeBytes: number;
  readonly chunks: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

export async function sendFile(
  input: InputLine,
  file: string | Uint8Array,
  options: PaceOptions,
): Promise<void> {
  checkPace(options);
  const source = await sourceOf(file);
  const deadline = input.deadline(options);
  await input.inTurn(deadline, async () => {
    const pace = new Pace(input, deadline, options, 0);
    let sent = 0;
    const place = () => `${source.name}: ${sent} of ${source.sizeBytes} bytes are on their way`;
    for await (const chunk of source.chunks()) {
      for (let from = 0; from < chunk.length; ) {
        const piece = chunk.subarray(from, from + (pace.isFree ? pieceBytes : uartBytes));
        await pace.send(piece, place);
        from += piece.length;
        sent += piece.length;
        // Without the echo of what was sent nobody could say that nothing was lost.
        if (pace.echo === undefined) pace.requireEcho();
      }
    }
  });
}

async function sourceOf(file: string | Uint8Array): Promise<Source> {
  if (file instanceof Uint8Array) {
    return { name: "the bytes", sizeBytes: file.length, chunks: () => [file] };
  }
  if (typeof file !== "string") {
    throw new SpecError("file", `takes a path or bytes, not ${typeof file}`);
  }
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error("it is no file");
    return { name: file, sizeBytes: found.size, chunks: () => createReadStream(file) };
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}`;
    throw new SpecError("file", message, { cause: error });
  }
}
