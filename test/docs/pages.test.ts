/** What every page must hold to: links lead somewhere, data parses, translations agree. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  type CodeBlock,
  listPages,
  parsePage,
  readPage,
  repository,
  resolveLink,
} from "./markdown.ts";

const pages = listPages().map(readPage);
const blocks = pages.flatMap((page) => page.blocks);

function blocksIn(...languages: readonly string[]): CodeBlock[] {
  return blocks.filter(({ language }) => languages.includes(language));
}

test("the documentation is all there", () => {
  const paths = pages.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["README.md", "README.ja.md", "CHANGELOG.md"]));
  expect(paths.filter((path) => path.startsWith("docs/")).length).toBeGreaterThan(14);
});

test("every page of docs/ is linked from both READMEs", () => {
  const topics = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/"));
  for (const readme of ["README.md", "README.ja.md"]) {
    const linked = readPage(readme).links.map((link) => resolveLink(link).path);
    expect(linked, readme).toEqual(expect.arrayContaining(topics));
  }
});

test("every link inside the repository leads to a file and a heading", () => {
  const links = pages.flatMap((page) => page.links).filter(({ target }) => !/^\w+:/.test(target));
  expect(links.length).toBeGreaterThan(60);
  const broken = links.filter((link) => {
    const { path, anchor } = resolveLink(link);
    if (!existsSync(join(repository, path))) return true;
    return anchor !== "" && path.endsWith(".md") && !readPage(path).anchors.has(anchor);
  });
  expect(broken).toEqual([]);
});

test("every link of a page in the package leads into the package", () => {
  const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  // npm adds these by itself.
  const packed: string[] = [...manifest.files, "README.md", "LICENSE", "package.json"];
  const isPacked = (path: string) =>
    packed.some((one) => path === one || path.startsWith(`${one}/`));
  const links = pages.filter(({ path }) => isPacked(path)).flatMap((page) => page.links);
  const lost = links
    .filter(({ target }) => !/^\w+:/.test(target))
    .filter((link) => !isPacked(resolveLink(link).path));
  expect(links.length).toBeGreaterThan(60);
  expect(lost).toEqual([]);
});

test("a link to a heading that is gone is found", () => {
  const page = parsePage("docs/a.md", "# Dead halt\n\n[here](#dead-halt) [there](#gone)\n");
  const anchors = page.links.map((link) => resolveLink(link).anchor);
  expect(anchors.filter((anchor) => !page.anchors.has(anchor))).toEqual(["gone"]);
});

test("every block names its language", () => {
  const known = ["asm", "c", "json", "ld", "make", "sh", "text", "ts", "yaml"];
  expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
});

describe("data", () => {
  test.each(blocksIn("json"))("JSON at $page:$line", ({ text }) => {
    expect(JSON.parse(text)).toBeTypeOf("object");
  });

  test.each(blocksIn("yaml"))("YAML at $page:$line", ({ text }) => {
    expect(parse(text, { strict: true })).toBeTypeOf("object");
  });
});

test("every shell block is a shell script", async () => {
  const scripts = blocksIn("sh");
  expect(scripts.length).toBeGreaterThan(10);
  await Promise.all(
    scripts.map(async ({ page, line, text }) => {
      const result = await execa("sh", ["-n"], { input: text, reject: false });
      expect(result.stderr, `${page}:${line}`).toBe("");
      expect(result.exitCode).toBe(0);
    }),
  );
});

test("assembly that stands alone assembles", async () => {
  const sources = blocks.filter(({ directive }) => directive[0] === "assemble");
  expect(sources.length).toBeGreaterThan(0);
  for (const { text } of sources) {
    const target = "--target=x86_64-unknown-none-elf";
    const options = [target, "-c", "-x", "assembler", "-", "-o", "/dev/null"];
    const result = await execa("clang", options, { input: text, reject: false });
    expect(result.stderr).toBe("");
  }
});

test("README.ja.md has the blocks of README.md", () => {
  const contentOf = (path: string) =>
    readPage(path).blocks.map(({ language, text }) => ({ language, text }));
  expect(contentOf("README.ja.md")).toEqual(contentOf("README.md"));
});

test("what a page shows of another page is there", () => {
  for (const block of blocks.filter(({ directive }) => directive[0] === "shown-in")) {
    const [, page = ""] = block.directive;
    const texts = readPage(page)
      .blocks.filter(({ directive }) => directive[0] === "output")
      .map(({ text }) => text);
    expect(texts).toContain(block.text);
  }
});
