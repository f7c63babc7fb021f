import { cutName, portableName, readableName } from "../store/index.ts";

/** What of a task tells it apart from all others of a run. */
export interface NamedTask {
  readonly name: string;
  readonly id: string;
  readonly file: { readonly filepath: string };
  readonly result?:
    | { readonly retryCount?: number | undefined; readonly repeatCount?: number | undefined }
    | undefined;
}

/** Bytes of a path or a name: with vitest's id it stays below what a file's name may have. */
const readableBytes = 120;
/** Characters that are as much as a person reads. */
const readableCharacters = 60;

/**
 * "boot.test.ts/reaches-the-shell-1802842924_0": readable, and unique by vitest's id of the test.
 * A retry adds "-retry1", a repeat "-repeat1".
 */
export function evidenceName({ file, id, name, result }: NamedTask, root: string): string {
  const prefix = root.endsWith("/") ? root : `${root}/`;
  const path = file.filepath.startsWith(prefix)
    ? file.filepath.slice(prefix.length)
    : file.filepath;
  const repeat = result?.repeatCount ? `-repeat${result.repeatCount}` : "";
  const retry = result?.retryCount ? `-retry${result.retryCount}` : "";
  const place = portableName(endOf(readableName(path)));
  const words = cutName(readableName(name).slice(0, readableCharacters), readableBytes);
  return `${place}/${words}-${readableName(id)}${repeat}${retry}`;
}

/** The end says more: the name of the file. */
function endOf(path: string): string {
  const end = [...path].slice(-readableCharacters).join("");
  return Buffer.byteLength(end) <= readableBytes
    ? end
    : [...end].slice(-readableBytes / 4).join("");
}
