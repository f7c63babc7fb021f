/** The texts of QEMU's human monitor, made up by the rules and from real QEMUs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QmpError } from "../../harness/evidence/index.ts";
import {
  type MemoryRange,
  type PageMapping,
  parseMemoryMap,
  parsePageMappings,
  parseTranslation,
} from "../../harness/qmp/monitor-text.ts";
import { connectQemu } from "./peers.ts";

const address = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const ascending = fc
  .uniqueArray(address, { minLength: 2, maxLength: 12 })
  .map((all) => all.toSorted((one, other) => (one < other ? -1 : 1)));

/** Sixteen digits, as QEMU writes addresses. */
function digits(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}

/** Ranges between each two of the addresses. */
function rangesOf<More>(bounds: readonly bigint[], more: readonly More[]) {
  return bounds.slice(1).map((end, index) => ({
    startAddress: bounds[index] as bigint,
    endAddress: end - 1n,
    ...(more[index % more.length] as More),
  }));
}

describe("parseMemoryMap", () => {
  const written = { ram: ["ram", "ramd", "nv-ram"], rom: ["rom", "romd"], io: ["i/o"] };
  const kinds = Object.entries(written).flatMap(([kind, words]) =>
    words.map((word) => ({ kind: kind as MemoryRange["kind"], word })),
  );
  const named = fc.record({
    kindAndWord: fc.constantFrom(...kinds),
    name: fc.constantFrom("pc.ram", "io", "bus master container", "kvm-ioapic", "vga.vram", "a@b"),
    offset: fc.option(address, { nil: undefined }),
    accelerated: fc.boolean(),
  });

  test("reads every range of the machine's own view, and of no other", () => {
    fc.assert(
      fc.property(ascending, fc.array(named, { minLength: 1 }), (bounds, more) => {
        const ranges = rangesOf(bounds, more);
        const lines = ranges.map(
          ({ startAddress, endAddress, kindAndWord, name, offset, accelerated }) =>
            `  ${digits(startAddress)}-${digits(endAddress)} (prio 0, ${kindAndWord.word}): ${name}` +
            (offset === undefined ? "" : ` @${digits(offset)}`) +
            (accelerated ? " KVM" : ""),
        );
        const text = [
          'FlatView #0\r\n AS "I/O", root: io\r\n Root memory region: io',
          "  0000000000000000-0000000000000007 (prio 0, i/o): dma-chan\r\n",
          'FlatView #1\r\n AS "memory", root: system\r\n AS "cpu-memory-0", root: system',
          " Root memory region: system",
          ...lines,
          "",
          'FlatView #2\r\n AS "e1000", root: bus master container',
          " Root memory region: (none)\r\n  No rendered FlatView\r\n",
        ].join("\r\n");
        expect(parseMemoryMap(text)).toEqual(
          ranges.map(({ startAddress, endAddress, kindAndWord, name }) => {
            return { startAddress, endAddress, kind: kindAndWord.kind, name };
          }),
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["pc", "qemu-system-x86_64 -M pc", "pc.ram", 0n],
    ["virt of Arm", "qemu-system-aarch64 -M virt -cpu cortex-a57", "mach-virt.ram", 0x40000000n],
    ["virt of RISC-V", "qemu-system-riscv64 -M virt", "riscv_virt_board.ram", 0x80000000n],
  ])("knows where RAM is on the machine %s", async (_machine, program, name, start) => {
    const { client } = await connectQemu({}, { program, parameters: ["-m", "64M"] });
    const map = await client.query.memoryMap();
    const ram = map.filter((range) => range.kind === "ram");
    expect(ram[0]).toMatchObject({ startAddress: start, name });
    expect(ram.at(-1)?.endAddress).toBe(start + 0x3ffffffn);
    expect(map.some(({ kind }) => kind === "io")).toBe(true);
    expect(map.some(({ kind }) => kind === "rom")).toBe(true);
    for (const [index, range] of map.entries()) {
      const before = map[index - 1]?.endAddress ?? -1n;
      expect(range.startAddress).toBeGreaterThan(before);
      expect(range.endAddress).toBeGreaterThanOrEqual(range.startAddress);
    }
  });

  test("a machine without memory has no map", async () => {
    const { client } = await connectQemu();
    await expect(client.query.memoryMap()).rejects.toThrow(QmpError);
    await expect(client.query.memoryMap()).rejects.toThrow("no flat view of memory");
  });
});

describe("parsePageMappings", () => {
  const rights = fc.record({
    isReadable: fc.boolean(),
    isWritable: fc.boolean(),
    isUser: fc.boolean(),
    isExecutable: fc.boolean(),
    physicalAddress: address,
  });
  const letter = (isSet: boolean | undefined, one: string) => (isSet ? one : "-");

  test("reads the lines of x86", () => {
    fc.assert(
      fc.property(ascending, fc.array(rights, { minLength: 1 }), (bounds, more) => {
        const mappings: PageMapping[] = rangesOf(bounds, more).map((mapping) => ({
          ...mapping,
          physicalAddress: undefined,
          isExecutable: undefined,
        }));
        const lines = mappings.map(({ startAddress, endAddress, ...mapping }) => {
          const [user, read] = [letter(mapping.isUser, "u"), letter(mapping.isReadable, "r")];
          const size = digits(endAddress + 1n - startAddress);
          const range = `${digits(startAddress)}-${digits(endAddress + 1n)} ${size}`;
          return `${range} ${user}${read}${letter(mapping.isWritable, "w")}\r\n`;
        });
        expect(parsePageMappings(lines.join(""))).toEqual(mappings);
      }),
      { numRuns: 300 },
    );
  });

  test("reads the lines of RISC-V", () => {
    const heading =
      "vaddr            paddr            size             attr\r\n" +
      "---------------- ---------------- ---------------- -------\r\n";
    fc.assert(
      fc.property(ascending, fc.array(rights, { minLength: 1 }), (bounds, more) => {
        const mappings: PageMapping[] = rangesOf(bounds, more);
        const lines = mappings.map((mapping) => {
          const size = digits(mapping.endAddress + 1n - mapping.startAddress);
          const addresses = [mapping.startAddress, mapping.physicalAddress as bigint].map(digits);
          const [read, write] = [letter(mapping.isReadable, "r"), letter(mapping.isWritable, "w")];
          const [execute, user] = [letter(mapping.isExecutable, "x"), letter(mapping.isUser, "u")];
          return `${addresses.join(" ")} ${size} ${read}${write}${execute}${user}-ad\r\n`;
        });
        expect(parsePageMappings(heading + lines.join(""))).toEqual(mappings);
      }),
      { numRuns: 300 },
    );
  });

  test("knows that paging is off, and an end that has wrapped around", () => {
    expect(parsePageMappings("PG disabled\r\n")).toBeUndefined();
    expect(parsePageMappings("No translation or protection\r\n")).toBeUndefined();
    expect(parsePageMappings("")).toEqual([]);
    const [highest] =
      parsePageMappings("fffffffffffff000-0000000000000000 0000000000001000 -rw\r\n") ?? [];
    expect(highest?.endAddress).toBe(2n ** 64n - 1n);
  });

  test("names what it cannot read", () => {
    expect(() => parsePageMappings("unknown command: 'info mem'\r\n")).toThrow(
      'QEMU\'s monitor answered "info mem" with something else: QEMU shows the mappings of x86' +
        " and of RISC-V only: unknown command: 'info mem'",
    );
    const line = "0000000000000000-0000000000001000 0000000000001000 urw\r\n";
    expect(() => parsePageMappings(`${line}No memory at all\r\n`)).toThrow(QmpError);
  });

  test("QEMU tells nothing of Arm's", async () => {
    const program = "qemu-system-aarch64 -M virt -cpu cortex-a57";
    const { client } = await connectQemu({}, { program });
    await expect(client.query.pageMappings()).rejects.toThrow("of x86 and of RISC-V only");
    expect(await client.query.translate(0x40001234n)).toBe(0x40001234n);
  });
});

describe("parseTranslation", () => {
  test("reads any address, and that there is none", () => {
    fc.assert(
      fc.property(address, (physical) => {
        expect(parseTranslation(`gpa: 0x${physical.toString(16)}\r\n`)).toBe(physical);
      }),
    );
    // `%#` of printf writes no "0x" before a zero.
    expect(parseTranslation("gpa: 0\r\n")).toBe(0n);
    expect(parseTranslation("Unmapped\r\n")).toBeUndefined();
    expect(() => parseTranslation("No CPU\r\n")).toThrow(
      'QEMU\'s monitor answered "gva2gpa" with something else: neither an address nor Unmapped: No CPU',
    );
  });
});
