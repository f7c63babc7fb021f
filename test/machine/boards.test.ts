/** Guests on boards that are no PC. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { GuestError, LaunchError, SpecError } from "../../harness/evidence/index.ts";
import { findMachineType, findQemu } from "../../harness/host/index.ts";
import { assembleArm, assembleFlat } from "./assemble.ts";
import { boot, errorOf, soonMs, temporaryDirectory } from "./machines.ts";

vi.setConfig({ testTimeout: 80_000 });
const soon = { timeoutMs: soonMs };

test("a board that only a newer QEMU has is refused with that word", async () => {
  const spec = { arch: "aarch64", machine: "raspi4b" };
  const hasIt = findMachineType(await findQemu("aarch64"), "raspi4b") !== undefined;
  const message = await boot(spec).then(
    () => "it boots",
    (error: Error) => error.message,
  );
  expect(message).toMatch(hasIt ? /^it boots$/ : /is no machine type of .*, but of QEMU 9\.0 and/);
});

describe("a Raspberry Pi has two UARTs, and the console is the one that prints first", () => {
  const pl011 = { address: 0x3f201000, ready: 0x18 };
  const mini = { address: 0x3f215040, ready: 0x14 };
  /** Prints a text on each UART, the first one first. */
  const printing = (texts: readonly (readonly [typeof pl011, string])[]) =>
    `  mrs x0, mpidr_el1
  and x0, x0, #3
  cbnz x0, halt
  ldr x1, =0x3f215004
  mov w2, #1
  str w2, [x1]
${texts
  .map(
    ([{ address }, text]) => `  ldr x1, =${address}
${[...text].map((character) => `  mov w2, #${character.charCodeAt(0)}\n  str w2, [x1]`).join("\n")}`,
  )
  .join("\n")}
halt: wfe
  b halt
`;
  const spec = { machine: "raspi3b" } as const;

  test.each([
    ["the PL011", 0, printing([[pl011, "ready\n"]])],
    ["the mini UART", 1, printing([[mini, "ready\n"]])],
  ])("%s", async (_, uart, source) => {
    const kernel = await assembleArm("aarch64", source, 0x80000);
    const vm = await boot({ ...spec, kernel });
    await vm.serial.waitFor("ready\n", soon);
    expect(vm.serialPorts.map(({ name }) => name)).toEqual(["console", "other"]);
    expect(vm.serialPort("other").text).toBe("");
    const entry = vm.record().timeline.find(({ text }) => text.includes("has printed first"));
    expect(entry?.text).toBe(`is UART ${uart} of the board, which has printed first`);
    expect(vm.record().reproduce).toContain("-serial mon:stdio -serial file:/dev/stderr");
    expect(vm.record().reproduce).not.toContain("-smp");
  });

  test("names in the spec take the UARTs in the board's order", async () => {
    const kernel = await assembleArm("aarch64", printing([[mini, "ready\n"]]), 0x80000);
    const vm = await boot({ ...spec, kernel, serialPorts: ["uart0", "uart1"] });
    await vm.serialPort("uart1").waitFor("ready\n", soon);
    expect(vm.serial.text).toBe("");
  });
});

describe("a Cortex-M", () => {
  const cmsdkUart = `.word 0x20001000, start
.thumb_func
start: ldr r0, =0x40004000
  movs r1, #1
  str r1, [r0, #8]
  movs r1, #'m'
  str r1, [r0]
1: wfi
  b 1b
`;

  test("is seen in an ELF file, and in a flat binary with a vector table", async () => {
    const elf = await assembleArm("cortex-m", cmsdkUart, 0);
    const vm = await boot({ kernel: elf });
    await vm.serial.waitFor("m", soon);
    expect(vm.record()).toMatchObject({ arch: "arm", machineType: "mps2-an385" });
    expect(vm.record().kernel?.image).toBe("32-bit ELF for arm (Cortex-M)");
    const flat = await boot({ kernel: await assembleFlat("cortex-m", cmsdkUart, 0), arch: "arm" });
    await flat.serial.waitFor("m", soon);
    const nameless = boot({ kernel: await assembleFlat("cortex-m", cmsdkUart, 0) });
    expect((await errorOf(nameless, SpecError)).message).toMatch(
      /^arch: is missing \("arm" for a Cortex-M\)/,
    );
  });
});

test("a Cortex-M whose CPU locks up has died, and where is said", async () => {
  const source = `.word 0x20001000, start, 0, fault
.thumb_func
start: udf #0
.thumb_func
fault: udf #1
`;
  const vm = await boot({ kernel: await assembleArm("cortex-m", source, 0) });
  const error = await errorOf(vm.serial.waitFor("never", soon), GuestError);
  expect(error.exit).toMatchObject({ kind: "lockup", at: { symbol: "fault" } });
  expect(error.message).toMatch(/^lockup: a fault while handling a HardFault at 0x12 in fault/);
});

describe("a flat binary begins at its address", () => {
  const hello: Readonly<Record<string, readonly [number, string]>> = {
    aarch64: [0x40200000, "  ldr x1, =0x09000000\n  mov w2, #'f'\n  str w2, [x1]\n1: b 1b\n"],
    arm: [0x40200000, "  ldr r1, =0x09000000\n  mov r2, #'f'\n  str r2, [r1]\n1: b 1b\n"],
    riscv32: [0x80000000, "  li t0, 0x10000000\n  li t1, 'f'\n  sb t1, 0(t0)\n1: j 1b\n"],
  };

  test.each(Object.keys(hello))("%s", async (arch) => {
    const [loadAddress, source] = hello[arch] as readonly [number, string];
    const kernel = await assembleFlat(arch, source, loadAddress);
    const vm = await boot({ kernel, arch, loadAddress: `0x${loadAddress.toString(16)}` });
    await vm.serial.waitFor("f", soon);
  });

  test.each<[string, object, string]>([
    ["no address and no board", {}, "kernel: PATH is no boot image"],
    ["no architecture", { loadAddress: 0 }, "arch: is missing: the flat binary PATH does not tell"],
    [
      "a PC",
      { arch: "x86_64", loadAddress: 0x100000 },
      "loadAddress: is not possible on pc of x86_64, whose CPUs begin in firmware",
    ],
    [
      "no number",
      { arch: "aarch64", loadAddress: "high" },
      'loadAddress: got "high", takes an address of at most 64 bits',
    ],
  ])("%s is an error", async (_, spec, message) => {
    const kernel = await assembleFlat("aarch64", (hello.aarch64 as readonly [0, string])[1], 0);
    const error = await errorOf(boot({ kernel, ...spec }), SpecError);
    expect(error.message.replace(kernel, "PATH")).toContain(message);
  });

  test.each([
    ["RAM ends", "0x47fffff8"],
    ["devices are", "0x9000000"],
  ])("an address where %s says where memory is", async (_, loadAddress) => {
    const kernel = await assembleFlat("aarch64", (hello.aarch64 as readonly [0, string])[1], 0);
    const error = await errorOf(boot({ kernel, arch: "aarch64", loadAddress }), SpecError);
    expect(error.message).toMatch(
      new RegExp(
        `^loadAddress: is not right: the binary would lie at ${loadAddress} to 0x\\w+, where virt ` +
          "of aarch64 has no memory; its RAM is at 0x40000000 to 0x47ffffff \\(mach-virt.ram\\)\\n",
      ),
    );
    expect(error.evidence).toBeDefined();
  });

  test("an address where the device tree is names both", async () => {
    const kernel = await assembleFlat("aarch64", (hello.aarch64 as readonly [0, string])[1], 0);
    const spec = { kernel, arch: "aarch64", loadAddress: 0x40000000 };
    const error = await errorOf(boot(spec), LaunchError);
    expect(error.message).toMatch(
      /^QEMU did not start: Some ROM regions are overlapping: .*\(addresses .* and dtb \(addresses /,
    );
  });

  test("an ELF file needs no address", async () => {
    const kernel = await assembleArm("aarch64", "1: b 1b\n", 0x40800000);
    const error = await errorOf(boot({ kernel, loadAddress: 0 }), SpecError);
    expect(error.message).toContain("loadAddress: is for flat binaries");
  });
});

describe("a device tree", () => {
  test("of the user's takes the place of QEMU's", async () => {
    const blob = join(temporaryDirectory(), "board.dtb");
    await execa((await findQemu("aarch64")).path, [
      "-machine",
      `virt,dumpdtb=${blob}`,
      "-display",
      "none",
    ]);
    const kernel = await assembleArm("aarch64", "1: b 1b\n", 0x40800000);
    const vm = await boot({ kernel, deviceTree: blob });
    expect(vm.record().reproduce).toContain(`-dtb ${blob}`);
    await vm.verdict.checkAlive();
  });

  test.each(["aarch64", "arm"] as const)(
    "that has no room below the kernel of %s is refused",
    async (arch) => {
      const blob = join(temporaryDirectory(), "roomy.dtb");
      const { path } = await findQemu(arch);
      await execa(path, ["-machine", `virt,dumpdtb=${blob}`, "-display", "none"]);
      const kernel = await assembleArm(arch, "1: b 1b\n", 0x40200000);
      const error = await errorOf(boot({ kernel, deviceTree: blob }), SpecError);
      expect(error.message).toMatch(
        /^deviceTree: \S+ has no place: QEMU puts it at the start of RAM, and its 1048576 bytes/,
      );
      expect(error.message).toContain(`below the kernel ${kernel} at 0x40200000; take the unused`);
      const packed = await readFile(blob);
      // The header says where its two blocks begin, and how long they are.
      const [structure, strings, stringsBytes, structureBytes] = [8, 12, 32, 36].map((place) =>
        packed.readUInt32BE(place),
      ) as [number, number, number, number];
      const end = Math.max(structure + structureBytes, strings + stringsBytes);
      packed.writeUInt32BE(end, 4);
      await writeFile(blob, packed.subarray(0, end));
      await (await boot({ kernel, deviceTree: blob })).verdict.checkAlive();
    },
  );

  test("has to be compiled, and to be there", async () => {
    const source = join(temporaryDirectory(), "board.dts");
    await writeFile(source, "/dts-v1/;\n/ {};\n");
    const kernel = await assembleArm("aarch64", "1: b 1b\n", 0x40800000);
    const error = await errorOf(boot({ kernel, deviceTree: source }), SpecError);
    expect(error.message).toBe(
      `deviceTree: ${source} is no device tree blob but its source; compile it with dtc -O dtb`,
    );
    const missing = await errorOf(boot({ kernel, deviceTree: "/nowhere.dtb" }), SpecError);
    expect(missing.message).toBe("deviceTree: /nowhere.dtb does not exist");
  });
});

describe("further architectures are one row each", () => {
  test("the firmware of PA-RISC", async () => {
    const vm = await boot({ arch: "hppa" });
    await vm.serial.waitFor(/SeaBIOS PA-RISC (32-bit )?Firmware/, soon);
    const isOlder = findMachineType(await findQemu("hppa"), "hppa") !== undefined;
    expect(vm.record().machineType).toBe(isOlder ? "hppa" : "B160L");
  });

  test("the boot loader of s390x, which ends a machine without a disk", async () => {
    const vm = await boot({ arch: "s390x" });
    await vm.serial.waitFor(/Could not find a suitable boot device|No suitable device/, soon);
    const message = expect.stringMatching(/^CPU 0 has stopped: disabled-wait, PSW address 0x/);
    expect(await vm.exited).toMatchObject({ kind: "panic", message });
  });
});

test("what a board cannot have is said in QEMU's own words", async () => {
  const kernel = await assembleArm("cortex-m", ".word 0x20001000, 9\n1: b 1b\n", 0);
  const error = await errorOf(boot({ kernel, memory: "64M" }), LaunchError);
  expect(error.message).toMatch(/^QEMU did not start: Invalid RAM size, should be 16 MiB/);
});
