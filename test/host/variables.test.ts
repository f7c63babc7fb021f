import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HostError } from "../../harness/evidence/index.ts";
import { copyVariables } from "../../harness/host/index.ts";
import { temporaryDirectory, writeTree } from "./temporary.ts";

describe("the copy of the variables", () => {
  test("is private, writable and the same to the byte, with holes for zeros", async () => {
    const directory = temporaryDirectory();
    const template = join(directory, "template.fd");
    const content = Buffer.alloc(5 * 1024 * 1024 + 3);
    content.write("first", 17);
    content.write("end", content.length - 3);
    writeFileSync(template, content, { mode: 0o444 });
    const target = join(directory, "machine");
    mkdirSync(target);
    const copy = await copyVariables({ variables: template }, target);
    expect(copy).toBe(join(target, "variables.fd"));
    expect(readFileSync(copy ?? "").equals(content)).toBe(true);
    const { mode, blocks } = statSync(copy ?? "");
    expect(mode & 0o777).toBe(0o600);
    expect(blocks * 512).toBeLessThan(content.length);
  });

  test("is none where the firmware keeps none", async () => {
    expect(await copyVariables({ variables: null }, "/nowhere")).toBeNull();
  });

  test("that cannot be made is a HostError, and an earlier one is not overwritten", async () => {
    const directory = temporaryDirectory();
    const variables = join(directory, "template.fd");
    await expect(copyVariables({ variables }, directory)).rejects.toThrow(HostError);
    writeTree(directory, { "template.fd": "new", "variables.fd": "old" });
    await expect(copyVariables({ variables }, directory)).rejects.toThrow(/cannot copy/);
    expect(readFileSync(join(directory, "variables.fd"), "utf8")).toBe("old");
  });
});
