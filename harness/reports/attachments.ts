/** Lines that make a build server keep a file. */
import { isAbsolute, relative } from "node:path";
import { foreignText, xmlText } from "./xml-text.ts";

/**
 * The line that attaches a file to a test case: `[[ATTACHMENT|path]]`, alone on its line.
 *
 * Jenkins (JUnit Attachments plugin) takes an absolute path or one relative to the workspace;
 * GitLab takes only paths relative to the project directory. So a file inside `root` is named
 * relative to it, and any other by its absolute path. A path that this notation cannot carry
 * (`|`, `]]`, invisible characters) and an http address become a plain line instead.
 */
export function attachmentLine(path: string, root: string): string {
  if (/^https?:\/\//.test(path)) return `attachment: ${foreignText(path)}`;
  const shown = insideOf(root, path).replaceAll("\\", "/");
  const linkable = !/\||\]\]|\n/.test(shown) && xmlText(shown) === shown;
  return linkable ? `[[ATTACHMENT|${shown}]]` : `attachment: ${foreignText(shown)}`;
}

function insideOf(root: string, path: string): string {
  const below = relative(root, path);
  const outside = below === "" || below.startsWith("..") || isAbsolute(below);
  return outside ? path : below;
}
