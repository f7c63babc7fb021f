/** Paths that every program takes, to directories that have other ones. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPlainPath } from "../../harness/process/index.ts";
import { temporaryDirectory } from "./owner-process.ts";

test("a path that is short and plain stays what it is", () => {
  const directory = temporaryDirectory();
  const { close, path } = openPlainPath(directory, 40);
  expect(path).toBe(directory);
  close();
});

// style-allow skip: elsewhere there is no /proc, and a HostError says so.
test.skipIf(process.platform !== "linux").each([
  ["is too long", `${"d".repeat(120)}`, 4],
  ["leaves no room for the name", `${"d".repeat(20)}`, 80],
  ["has a comma", "a,b", 4],
  ["has what is no ASCII", "süß", 4],
  ["has spaces, and more", "a b@@%d", 4],
])("one that %s gets another, which a socket can have", async (_what, name, longest) => {
  const directory = join(temporaryDirectory(), name);
  mkdirSync(directory);
  const { close, path } = openPlainPath(directory, longest);
  expect(path).toMatch(/^\/proc\/\d+\/fd\/\d+$/);
  writeFileSync(join(path, "file"), "text");
  expect(readFileSync(join(directory, "file"), "utf8")).toBe("text");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(path, "gdb"), resolve));
  expect(existsSync(join(directory, "gdb"))).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  close();
  close();
  expect(existsSync(join(path, "file"))).toBe(false);
});
