/** What of a task tells it apart from all others of a run. */
export interface NamedTask {
  readonly name: string;
  readonly id: string;
  readonly file: { readonly filepath: string };
  readonly result?:
    | { readonly retryCount?: number | undefined; readonly repeatCount?: number | undefined }
    | undefined;
}

/** Characters of a path or a name; file systems allow 255 bytes. */
const slugCharacters = 60;

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
  const place = slug(path).slice(-slugCharacters);
  return `${place}/${slug(name).slice(0, slugCharacters)}-${slug(id)}${repeat}${retry}`;
}

function slug(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "");
}
