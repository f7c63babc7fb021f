/** Namespaces of a program's own: with it go all its mounts and all its processes. */

/** The words that run `words` so; they need the right to (root). */
export function inNamespaces(words: readonly string[]): string[] {
  return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", ...words];
}
