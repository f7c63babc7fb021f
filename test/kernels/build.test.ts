import { cp, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BringupError, HostError } from "../../harness/evidence/index.ts";
import { buildKernels, kernelPath } from "../../kernels/build.ts";
import { listImages, madeOf } from "../../kernels/targets.ts";

const sources = join(import.meta.dirname, "../../kernels");

// A copy of the sources that these tests may break. They run one after the other, and each leaves
// the copy as it found it, or at least able to be built.
let directory: string;
const names = ["hello", "panic", "boot-sector"];
const targets = ["x86_64", "i386", "bios"] as const;
const build = () => buildKernels({ directory, names, targets });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "bringup-kernels-"));
  const isSource = (path: string) => basename(path) !== "build";
  await cp(sources, directory, { recursive: true, filter: isSource });
}, 60_000);

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function change(file: string, edit: (text: string) => string): Promise<() => Promise<void>> {
  const path = join(directory, file);
  const text = await readFile(path, "utf8");
  expect(edit(text)).not.toBe(text);
  await writeFile(path, edit(text));
  return () => writeFile(path, text);
}

describe("rebuilding", () => {
  const all = [
    "bios/boot-sector",
    "i386/hello",
    "i386/panic",
    "x86_64/hello",
    "x86_64/panic",
  ] as const;

  test("two builds at the same time both succeed, and leave nothing for a third", async () => {
    const results = await Promise.all([build(), build()]);
    expect(results[0]?.sort()).toEqual(all);
    expect(await build()).toEqual([]);
    const left = await readdir(join(directory, "build"), { recursive: true });
    expect(left.filter((name) => name.endsWith(".temporary"))).toEqual([]);
  }, 60_000);

  test("a source that is newer but the same is not compiled again", async () => {
    await utimes(join(directory, "hello.c"), new Date(), new Date());
    expect(await build()).toEqual([]);
  });

  test("a changed kernel is the only one that is built again", async () => {
    const before = await stat(kernelPath("panic", "x86_64", directory));
    const restore = await change("hello.c", (text) => text.replace("Hello from", "Good day from"));
    expect((await build()).sort()).toEqual(["i386/hello", "x86_64/hello"]);
    expect(await readFile(kernelPath("hello", "i386", directory), "latin1")).toContain("Good day");
    expect((await stat(kernelPath("panic", "x86_64", directory))).mtimeMs).toBe(before.mtimeMs);
    await restore();
    expect((await build()).sort()).toEqual(["i386/hello", "x86_64/hello"]);
  }, 30_000);

  test("a changed runtime file is built into every kernel of its target", async () => {
    const restore = await change("runtime/x86_64/paging.c", (text) => `${text}\nint extra;\n`);
    expect((await build()).sort()).toEqual(["x86_64/hello", "x86_64/panic"]);
    await restore();
    await build();
  }, 30_000);

  test("a changed header and a changed linker script count", async () => {
    const restoreScript = await change("runtime/bios/linker.ld", (text) => `${text}/* . */\n`);
    expect(await build()).toEqual(["bios/boot-sector"]);
    await restoreScript();
    const restoreHeader = await change("runtime/memory.h", (text) => `${text}/* . */\n`);
    expect((await build()).sort()).toEqual(all);
    await restoreHeader();
    await build();
  }, 60_000);

  test("an image that is missing or damaged is built again", async () => {
    await rm(kernelPath("hello", "x86_64", directory));
    await writeFile(kernelPath("panic", "i386", directory), "not an ELF file");
    await writeFile(kernelPath("boot-sector", "bios", directory), "not the sector");
    expect((await build()).sort()).toEqual(["bios/boot-sector", "i386/panic", "x86_64/hello"]);
  }, 30_000);

  test("old objects that nothing needs are removed, and young ones are kept", async () => {
    const objects = join(directory, "build", "objects");
    await writeFile(join(objects, "old.o"), "");
    await utimes(join(objects, "old.o"), new Date(0), new Date(0));
    await writeFile(join(objects, "young.o"), "");
    await rm(kernelPath("hello", "x86_64", directory));
    await build();
    const left = await readdir(objects);
    expect(left).toContain("young.o");
    expect(left).not.toContain("old.o");
  }, 30_000);
});

describe("what goes wrong", () => {
  test("a compiler error is shown as it is, and the other kernels are built", async () => {
    const restore = await change("panic.c", (text) => text.replace("halt_forever()", "halt(1)"));
    await rm(kernelPath("hello", "x86_64", directory), { force: true });
    const error: unknown = await build().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BringupError);
    const { message, cause } = error as BringupError;
    expect(message).toMatch(/^kernels\/panic\.c does not compile for i386:\npanic\.c:9:5: error: /);
    expect(message).toContain("kernels/panic.c does not compile for x86_64:\n");
    expect(message).toContain("halt(1)");
    expect((cause as AggregateError).errors).toHaveLength(2);
    expect((await stat(kernelPath("hello", "x86_64", directory))).isFile()).toBe(true);
    await restore();
    expect(await build()).toEqual([]);
  }, 30_000);

  test("a linker error names the kernel", async () => {
    const restore = await change(
      "boot-sector.S",
      (text) => `${text}\n    .code32\n    jmp nowhere\n`,
    );
    await expect(build()).rejects.toThrow(
      /^boot-sector does not link for bios:\n.*undefined symbol: nowhere/,
    );
    await restore();
    await build();
  }, 30_000);

  test("a compiler that is not installed is a HostError with a remedy", async () => {
    const failure = buildKernels({ directory, names: ["hello"], compiler: "no-such-clang" });
    await expect(failure).rejects.toThrow(HostError);
    await expect(failure).rejects.toThrow(/^no-such-clang is not installed.*\n.*apt-get install/);
  });

  test("an unknown name is refused with the names that there are", async () => {
    await expect(buildKernels({ names: ["hallo"] })).rejects.toThrow(
      /^there is no kernel "hallo"; there are .*hello/,
    );
    expect(() => kernelPath("hallo")).toThrow(/^there is no kernel "hallo" for x86_64/);
    expect(() => kernelPath("hello", "bios")).toThrow(BringupError);
    expect(() => kernelPath("ports", "arm")).toThrow(/^there is no kernel "ports" for arm/);
  });

  test("on the command line, it ends with exit code 1 and the message alone", async () => {
    const result = await execa(process.execPath, [join(sources, "build.ts"), "hallo"], {
      reject: false,
      timeout: 30_000,
    });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/^there is no kernel "hallo"; there are [^\n]*$/);
  }, 30_000);
});

describe("formats", () => {
  const read = async (...kernel: Parameters<typeof kernelPath>) => readFile(kernelPath(...kernel));

  beforeAll(async () => {
    await buildKernels({ names: ["hello", "multiboot64", "boot-sector"] });
  }, 60_000);

  /** Offsets in an ELF header: the identification bytes, then `e_machine` at 18. */
  const elfClass = (file: Buffer) => file.readUInt8(4) * 32;
  const elfMachine = (file: Buffer) => file.readUInt16LE(18);
  const multibootMagic = 0x1badb002;

  /** The name "Xen" of a PVH note, after name size 4, value size 8 and type 18. */
  const pvhNote = Buffer.from([4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0, 0x58, 0x65, 0x6e, 0]);

  function findMultibootHeader(file: Buffer): number | undefined {
    for (let offset = 0; offset < 8192; offset += 4) {
      if (file.readUInt32LE(offset) === multibootMagic) return offset;
    }
    return undefined;
  }

  test("x86_64 is a 64-bit ELF with a PVH note whose value is the entry point", async () => {
    const file = await read("hello", "x86_64");
    expect([elfClass(file), elfMachine(file)]).toEqual([64, 62]);
    const entry = file.readBigUInt64LE(24);
    expect(file.readBigUInt64LE(file.indexOf(pvhNote) + pvhNote.length)).toBe(entry);
    expect(findMultibootHeader(file)).toBeUndefined();
  });

  test("i386 is a 32-bit ELF with a Multiboot header whose checksum is right", async () => {
    const file = await read("hello", "i386");
    expect([elfClass(file), elfMachine(file)]).toEqual([32, 3]);
    const offset = findMultibootHeader(file) ?? Number.NaN;
    const sum = [0, 4, 8].reduce((total, field) => total + file.readUInt32LE(offset + field), 0);
    expect(sum % 2 ** 32).toBe(0);
    expect(file.includes(pvhNote)).toBe(false);
  });

  test("multiboot64 is a 64-bit ELF with a Multiboot header and no PVH note", async () => {
    const file = await read("multiboot64");
    expect([elfClass(file), elfMachine(file)]).toEqual([64, 62]);
    expect(findMultibootHeader(file)).toBeDefined();
    expect(file.includes(pvhNote)).toBe(false);
  });

  test("the boot sector is 512 bytes that end in 55 AA", async () => {
    const file = await read("boot-sector", "bios");
    expect(file).toHaveLength(512);
    expect([...file.subarray(510)]).toEqual([0x55, 0xaa]);
  });

  test("every ELF file carries debug information", async () => {
    for (const target of ["x86_64", "i386"] as const) {
      const file = await read("hello", target);
      expect(file.includes(".debug_line\0")).toBe(true);
      expect(file.includes("hello.c\0")).toBe(true);
    }
  });

  test("every kernel is built for both x86 targets", async () => {
    const images = await listImages(sources);
    const namesFor = (target: string) =>
      images.filter((image) => image.target.name === target).map((image) => image.name);
    const x86 = namesFor("x86_64").filter((name) => !Object.hasOwn(madeOf, name));
    expect(x86).toEqual(namesFor("i386"));
    expect(x86).toContain("triple-fault");
    expect(namesFor("bios")).toEqual(["boot-sector"]);
  });
});
