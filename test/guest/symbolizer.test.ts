import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { findSymbolizer, parseAnswer } from "../../harness/guest/symbolizer.ts";
import { temporaryDirectory } from "./clang.ts";

test("answers of other versions: an object instead of an array, missing fields", () => {
  expect(parseAnswer('{"Symbol":[{"FunctionName":"f","FileName":"a.c","Line":7}]}')).toEqual({
    frames: [{ symbol: "f", file: "a.c", line: 7 }],
  });
  expect(parseAnswer('warning: no index\n[{"Symbol":[{"Line":7}]}]\n')).toEqual({
    frames: [{ line: 7 }],
  });
  expect(parseAnswer('[{"Symbol":null}]')).toEqual({ frames: [] });
  expect(parseAnswer('[{"Symbol":[null,3,{"Line":"x"}]}]')).toEqual({ frames: [] });
  expect(parseAnswer('[{"Error":{}}]')).toEqual({ failure: "llvm-symbolizer: no reason given" });
});

test("one in a relative directory of PATH is a file of the project's, and is not run", async () => {
  const directory = await temporaryDirectory();
  await symlink("/bin/true", join(directory, "llvm-symbolizer"));
  await symlink("/bin/true", join(directory, "llvm-symbolizer-19"));
  expect(findSymbolizer(relative(process.cwd(), directory))).toBeUndefined();
  expect(findSymbolizer(directory)).toBe(join(directory, "llvm-symbolizer"));
});

test("the plain name wins, then the newest version from 14 on", async () => {
  const directory = await temporaryDirectory();
  const [one, two] = [join(directory, "one"), join(directory, "two")];
  const search = (...parts: string[]) => findSymbolizer([...parts, "", directory].join(":"));
  for (const path of [one, two]) await mkdir(path);
  expect(search(one, two, "/nonexistent")).toBeUndefined();
  for (const name of ["llvm-symbolizer-9", "llvm-symbolizer-14", "llvm-symbolizer-x"]) {
    await symlink("/bin/true", join(one, name));
  }
  await symlink("/bin/true", join(two, "llvm-symbolizer-19"));
  await writeFile(join(two, "llvm-symbolizer-20"), "not executable");
  expect(search(one)).toBe(join(one, "llvm-symbolizer-14"));
  expect(search(one, two)).toBe(join(two, "llvm-symbolizer-19"));
  await symlink("/bin/true", join(two, "llvm-symbolizer"));
  expect(search(two, one)).toBe(join(two, "llvm-symbolizer"));
  // The answer is kept: a tool that appears or goes meanwhile changes nothing within a process.
  await rm(join(two, "llvm-symbolizer"));
  expect(search(two, one)).toBe(join(two, "llvm-symbolizer"));
});
