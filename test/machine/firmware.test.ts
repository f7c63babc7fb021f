/** Firmware other than UEFI on a PC, and kernels that need none. */
import { describe, expect, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { findFirmware, findQemu } from "../../harness/host/index.ts";
import { assembleRiscv } from "./assemble.ts";
import { boot, errorOf, soonMs } from "./machines.ts";

const firmwareMs = 60_000;
vi.setConfig({ testTimeout: firmwareMs + 20_000 });
const slow = { timeoutMs: firmwareMs };

describe("RISC-V", () => {
  test("OpenSBI prints its banner on the board `virt`", async () => {
    const vm = await boot({ arch: "riscv64" });
    await vm.serial.waitFor("OpenSBI v", slow);
    await vm.serial.waitFor(/Platform Name +: riscv-virtio,qemu/, slow);
    await vm.verdict.checkAlive();
  });

  test.each<[string, string, object]>([
    ["powers off", "0x5555", { kind: "power-off" }],
    ["fails with 3", "0x33333", { kind: "debug-exit", status: 3 }],
    ["fails with 1, as QEMU itself does", "0x13333", { kind: "debug-exit", status: 1 }],
    ["resets", "0x7777", { kind: "reset" }],
  ])("a kernel without firmware %s through the finisher", async (_, value, exit) => {
    const kernel = await assembleRiscv(`  li t0, 0x10000000
  li t1, 'u'
  sb t1, 0(t0)
  li t0, 0x100000
  li t1, ${value}
  sw t1, 0(t0)`);
    const vm = await boot({ kernel, firmware: "none" });
    expect(await vm.exited).toMatchObject(exit);
    expect(vm.serial.text).toBe("u");
  });

  test("a kernel that waits for an interrupt is not called dead", async () => {
    const vm = await boot({ kernel: await assembleRiscv(""), firmware: "none" });
    const wait = vm.serial.waitFor("x", { timeoutMs: 1_000 });
    await expect(wait).rejects.toThrow("timed out after 1000 ms");
    expect(vm.findings).toEqual([]);
  });
});

describe("given by path", () => {
  test("a firmware of one's own", async () => {
    const uart = "  li t0, 0x10000000\n  li t1, 'f'\n  sb t1, 0(t0)";
    const vm = await boot({
      arch: "riscv64",
      firmware: await assembleRiscv(uart, { format: "flat" }),
    });
    await vm.serial.waitFor("f", slow);
  });

  test("code and variables apart", async () => {
    const qemu = await findQemu("x86_64");
    const { code, variables } = findFirmware({ arch: "x86_64", machineType: "q35", qemu });
    if (variables === null) throw new Error("this firmware keeps its variables with its code");
    const vm = await boot({ firmware: { code, variables }, machine: "q35", memory: "256M" });
    const flash = vm.record().reproduce;
    expect(flash).toContain(`unit=0,format=raw,file=${code},readonly=on`);
    expect(flash).toContain(`unit=1,format=raw,file=${variables},snapshot=on`);
    expect((await vm.qmp.execute("query-status")).status).toBe("running");
  });

  test("a file that is not there", async () => {
    const nothing = "/nowhere/firmware.bin";
    const error = await errorOf(boot({ firmware: nothing }), SpecError);
    expect(error.message).toBe(`firmware: ${nothing} does not exist`);
    const code = await errorOf(boot({ firmware: { code: nothing } }), SpecError);
    expect(code.message).toBe(`firmware.code: ${nothing} does not exist`);
  });
});

test("UEFI for Arm reaches its boot manager", async () => {
  const vm = await boot({ arch: "aarch64", firmware: "uefi" });
  await vm.serial.waitFor(/UEFI|BdsDxe/, { timeoutMs: firmwareMs + soonMs });
});
