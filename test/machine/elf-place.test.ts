/** ELF files with segments where the guest would not find them, or not begin. */
import { describe, expect, test, vi } from "vitest";
import { LaunchError, SpecError } from "../../harness/evidence/index.ts";
import { assembleLinked, assembleMultiboot2, assemblePvh } from "./assemble.ts";
import { boot, errorOf, soonMs } from "./machines.ts";

vi.setConfig({ testTimeout: 80_000 });
const soon = { timeoutMs: soonMs };

/** Prints "Hi" on the UART of RISC-V's `virt`, of which the first character is read-only data. */
const riscvHello = `  li t0, 0x10000000
  lla t1, text
  lbu t2, 0(t1)
  sb t2, 0(t0)
  li t2, 'i'
  sb t2, 0(t0)
1: wfi
  j 1b
.section .rodata,"a"
text: .ascii "H"
`;
const armHello = `  ldr x1, =0x09000000
  mov w2, #'a'
  str w2, [x1]
1: wfi
  b 1b
`;

const pvhHello = `  movb $'a', %al
  movw $0x3f8, %dx
  outb %al, %dx
1: hlt
  jmp 1b
`;

describe("RISC-V, linked with the page of headers that linkers add by themselves", () => {
  test("where firmware would be: it takes the firmware's place", async () => {
    const kernel = await assembleLinked("riscv64", riscvHello, ["-Ttext=0x80000000"]);
    const vm = await boot({ kernel });
    await vm.serial.waitFor("Hi", soon);
    expect(vm.record().reproduce).toContain("-bios none");
  });

  const linked = [
    [
      "above firmware",
      ["-Ttext=0x80200000"],
      "0x80200000, but OpenSBI would start it at 0x10000, its lowest address, and there is the header",
    ],
    [
      "with the headers in RAM",
      ["--image-base=0x80200000"],
      /0x8020\w+, but OpenSBI would start it at 0x80200000, its lowest address, and there is the header/,
    ],
    [
      "with the headers where firmware would be",
      ["--image-base=0x80000000"],
      /0x8000\w+, but the CPU begins at 0x80000000, where firmware would be, and there is the header/,
    ],
    [
      "with data before the code",
      ["-n", "-Ttext=0x80201000", "--section-start=.rodata=0x80200000"],
      "0x80201000, but OpenSBI would start it at 0x80200000, its lowest address, and there is what is",
    ],
  ] as const;

  test.each(linked)("%s: says where it would begin", async (_, flags, words) => {
    const kernel = await assembleLinked("riscv64", riscvHello, flags);
    const error = await errorOf(boot({ kernel }), SpecError);
    expect(error.message).toMatch(/^kernel: \S+ has its entry point at /);
    expect(error.message).toMatch(words);
    expect(error.message).toContain("link with -Wl,-n (ld -n)");
  });

  test("and that remedy works", async () => {
    const kernel = await assembleLinked("riscv64", riscvHello, ["-Ttext=0x80200000", "-n"]);
    await (await boot({ kernel })).serial.waitFor("Hi", soon);
  });
});

describe("segments have to be in memory", () => {
  test("of RISC-V: data beyond the end of RAM", async () => {
    const flags = ["-n", "-Ttext=0x80000000", "--section-start=.rodata=0x90000000"];
    const kernel = await assembleLinked("riscv64", riscvHello, flags);
    const error = await errorOf(boot({ kernel }), SpecError);
    expect(error.message).toContain(
      "has a segment that would lie at 0x90000000 to 0x90000000, where virt of riscv64 has no " +
        "memory; its RAM is at 0x80000000 to 0x87ffffff (riscv_virt_board.ram); take " +
        'memory: "257M" or more, or link it to',
    );
    await (await boot({ kernel, memory: "512M" })).serial.waitFor("Hi", soon);
  });

  test("of Arm: code among the devices", async () => {
    const kernel = await assembleLinked("aarch64", armHello, ["-N", "-Ttext=0x9000000"]);
    const error = await errorOf(boot({ kernel }), SpecError);
    expect(error.message).toMatch(
      /would lie at 0x9000000 to 0x90\w+, where virt of aarch64 has no memory; its RAM is at 0x4/,
    );
  });

  test("what is needed beyond the file counts as well: of Arm, and of a PC", async () => {
    const space = ".section .bss\n .skip 0x7f00000\n";
    const arm = await assembleLinked("aarch64", armHello + space, ["-n", "-Ttext=0x40200000"]);
    const error = await errorOf(boot({ kernel: arm }), SpecError);
    expect(error.message).toMatch(/; take memory: "130M" or more, or link it/);
    await (await boot({ kernel: arm, memory: "300M" })).serial.waitFor("a", soon);
    const pc = await assemblePvh(pvhHello + space);
    const tooLarge = await errorOf(boot({ kernel: pc, machine: "pc" }), SpecError);
    expect(tooLarge.message).toMatch(/ where pc of x86_64 has no memory; .*"129M" or more/);
    await (await boot({ kernel: pc, machine: "pc", memory: "300M" })).serial.waitFor("a", soon);
  });

  test.each([
    ["by GRUB", "pc of x86_64", async (bss: string) => assembleMultiboot2(bss)],
    [
      "for a board whose addresses are not its RAM's",
      "malta of mips",
      async (bss: string) => assembleLinked("mips", `${bss}1: b 1b\n`, ["-n", "-Ttext=0x80100000"]),
    ],
  ])("and of a kernel that is started %s", async (_, place, assemble) => {
    const kernel = await assemble(".pushsection .bss\n .skip 0x7f00000\n.popsection\n");
    const error = await errorOf(boot({ kernel }), SpecError);
    expect(error.message).toMatch(/has a segment that would lie at 0x1\w+ to 0x80\w+, where /);
    expect(error.message).toContain(`where ${place} has no memory; its RAM is at 0x0 to `);
    expect(error.message).toContain('; take memory: "129M" or more, or link it');
  });

  test("a kernel that QEMU itself finds too large: with how much memory it is not", async () => {
    const space = ".section .bss\n .skip 0x10000000\n";
    const kernel = await assembleLinked("aarch64", armHello + space, ["-n", "-Ttext=0x40200000"]);
    const error = await errorOf(boot({ kernel }), LaunchError);
    expect(error.message).toContain('; take more memory than that, such as "273M"');
    await (await boot({ kernel, memory: "273M" })).serial.waitFor("a", soon);
  });

  test("of a part beside the one that is entered, QEMU starts the rest, and it is a warning", async () => {
    const data = ".section .data\n .byte 1\n";
    const flags = ["-n", "-Ttext=0x40200000", "--section-start=.data=0x20000000"];
    const kernel = await assembleLinked("aarch64", armHello + data, flags);
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    await (await boot({ kernel })).serial.waitFor("a", soon);
    expect((await warned).message).toMatch(
      /has a segment that would lie at 0x20000000 to 0x20000000, where virt of aarch64 has no memory; .*; the guest starts without its bytes$/,
    );
  });

  test("a part without bytes where devices are is only a name for them", async () => {
    const uart = '.section .uart,"aw",@nobits\n .skip 64\n';
    const flags = ["-n", "-Ttext=0x40200000", "--section-start=.uart=0x09000000"];
    const kernel = await assembleLinked("aarch64", armHello + uart, flags);
    await (await boot({ kernel })).serial.waitFor("a", soon);
  });

  test("data in flash memory: of code alone it may be a mere flag, and is a warning", async () => {
    const data = ".section .data\n .byte 1\n";
    const flags = ["-n", "-Ttext=0x40200000", "--section-start=.data=0x200000"];
    const kernel = await assembleLinked("aarch64", armHello + data, flags);
    const error = await errorOf(boot({ kernel }), SpecError);
    expect(error.message).toContain(
      "has a segment for data at 0x200000 to 0x200000, where virt of aarch64 has nothing that can be " +
        "written to; its RAM is at 0x40000000 to 0x47ffffff (mach-virt.ram); link it to an address",
    );
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const inFlash = await assembleLinked("aarch64", armHello, ["-N", "-Ttext=0x200000"]);
    await (await boot({ kernel: inFlash })).serial.waitFor("a", soon);
    expect((await warned).message).toMatch(/; if it is written to, name the board that it is/);
  });

  test.each([
    ["headers in flash memory", "aarch64", ["-Ttext=0x40200000"]],
    ["headers where nothing is", "aarch64", ["--image-base=0x20000000", "-Ttext=0x40200000"]],
  ] as const)("%s do no harm", async (_, arch, flags) => {
    const kernel = await assembleLinked(arch, armHello, flags);
    await (await boot({ kernel })).serial.waitFor("a", soon);
  });

  test("but of the memory of a secure world the map says nothing", async () => {
    const kernel = await assembleLinked("aarch64", armHello, ["-N", "-Ttext=0xe000000"]);
    await boot({ kernel, machine: "virt,secure=on" });
  });
});
