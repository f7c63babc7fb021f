/** The state of real machines, as `vm.qmp.query` tells it. */
import { describe, expect, test } from "vitest";
import { HostError, QmpError } from "../../harness/evidence/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { assembleRiscv } from "./assemble.ts";
import { boot, errorOf, useKernels } from "./machines.ts";

useKernels("hello", "echo", "spin", "boot-sector");

const mebibyte = 1024 * 1024;
const sector = { kernel: kernelPath("boot-sector", "bios") };

test("run state, CPUs, memory and character devices", async () => {
  const vm = await boot("spin", { cpus: 2, memory: "64M", machine: "q35" });
  const { query } = vm.qmp;
  expect(await query.runState()).toBe("running");
  await vm.pause();
  expect(await query.runState()).toBe("paused");
  expect(await query.cpus()).toEqual([
    {
      index: 0,
      architecture: "x86_64",
      topology: expect.objectContaining({ socket: 0, core: 0, thread: 0 }),
      threadId: expect.any(Number),
      qomPath: expect.stringMatching(/^\/machine\//),
    },
    expect.objectContaining({ index: 1, architecture: "x86_64" }),
  ]);
  expect(await query.memorySizeBytes()).toBe(64 * mebibyte);
  const devices = await query.characterDevices();
  expect(devices).toContainEqual({ id: "qmp", target: "unix:", isOpen: true });
  expect(devices).toContainEqual({ id: "port0", target: "pipe", isOpen: true });
});

describe("drives", () => {
  test("are called as in the spec, and count what the guest does", async () => {
    const second = { file: kernelPath("hello", "i386"), bus: "virtio", readOnly: true } as const;
    const vm = await boot({ ...sector, disks: [second] });
    await vm.serial.waitFor("Hello from the boot sector");
    const [first, other, ...more] = await vm.qmp.query.blockDevices();
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      id: "disk0",
      file: expect.stringMatching(/\.img$/),
      format: "raw",
      sizeBytes: 512,
      readOnly: false,
      discardsWrites: true,
      removable: false,
      ioStatus: "ok",
    });
    expect(other).toMatchObject({ id: "disk1", readOnly: true, discardsWrites: false });
    const counters = await vm.qmp.query.blockCounters("disk0");
    expect(counters).toEqual(first?.counters);
    expect(counters.readOperations).toBeGreaterThan(0);
    expect(counters.readBytes).toBeGreaterThanOrEqual(512);
    expect(counters.readTimeNs).toBeGreaterThan(0);
    expect(counters).toMatchObject({ writeOperations: 0, writtenBytes: 0, flushOperations: 0 });
    expect(counters).toMatchObject({ failedReadOperations: 0, highestWriteOffsetBytes: 0 });
  });

  test("of further arguments have their own names, and may be empty", async () => {
    const vm = await boot("spin", {
      machine: "q35",
      qemuArguments: [
        ...["-blockdev", "driver=null-co,node-name=nothing,size=4096,read-zeroes=on"],
        ...["-device", "virtio-blk-pci,id=scratch,drive=nothing"],
        ...["-device", "ide-cd,id=tray,bus=ide.1"],
      ],
    });
    const devices = await vm.qmp.query.blockDevices();
    expect(devices).toContainEqual(
      expect.objectContaining({
        id: "scratch",
        file: expect.stringContaining("null-co"),
        format: "null-co",
        sizeBytes: 4096,
        discardsWrites: false,
      }),
    );
    expect(devices).toContainEqual(
      expect.objectContaining({ id: "tray", file: undefined, sizeBytes: undefined }),
    );
    const error = await errorOf(vm.qmp.query.blockCounters("disk0"), QmpError);
    expect(error.message).toMatch(
      /^no drive is called "disk0": there are (scratch, tray|tray, scr)/,
    );
    expect(error.evidence).toBeDefined();
    expect(error.stack).toContain("test/machine/queries.test.ts");
  });

  test("are missing where there are none", async () => {
    const vm = await boot("spin");
    expect(await vm.qmp.query.blockDevices()).toEqual([]);
    await expect(vm.qmp.query.blockCounters("disk0")).rejects.toThrow(
      /^no drive is called "disk0": this machine has none\n/,
    );
  });
});

describe("PCI", () => {
  test("devices are known with their place, also behind a bridge", async () => {
    const bridge = ["-device", "pci-bridge,id=bridge,chassis_nr=1,addr=5"];
    const card = ["-device", "e1000,id=card,bus=bridge,addr=3"];
    const vm = await boot({ ...sector, qemuArguments: [...bridge, ...card] });
    // By then firmware has numbered the buses and assigned addresses.
    await vm.serial.waitFor("Hello from the boot sector");
    const devices = await vm.qmp.query.pciDevices();
    expect(devices.find(({ address }) => address === "00:05.0")).toMatchObject({
      id: "bridge",
      classCode: 0x0604,
      behind: undefined,
      bridge: { secondaryBus: 1, subordinateBus: 1 },
    });
    const found = devices.find(({ id }) => id === "card");
    expect(found).toMatchObject({
      address: "01:03.0",
      ...{ bus: 1, slot: 3, function: 0 },
      ...{ vendorId: 0x8086, deviceId: 0x100e, classCode: 0x0200 },
      description: "Ethernet controller",
      interruptPin: 1,
      behind: "00:05.0",
      bridge: undefined,
    });
    const [memory, ports, rom] = found?.regions ?? [];
    expect(memory).toMatchObject({ bar: 0, kind: "memory", sizeBytes: 0x20000 });
    expect(memory?.address).toBeGreaterThan(0xc0000000n);
    expect(ports).toMatchObject({ bar: 1, kind: "io", sizeBytes: 64, is64Bit: false });
    expect(rom).toMatchObject({ bar: 6, address: undefined });
    expect(devices.find(({ address }) => address === "00:00.0")?.classCode).toBe(0x0600);
  });

  test("is missing on a machine without it", async () => {
    const vm = await boot("spin", { machine: "microvm" });
    expect(await vm.qmp.query.pciDevices()).toEqual([]);
  });
});

test("the balloon tells its size, and where there is none says how to get one", async () => {
  const vm = await boot("spin", {
    machine: "q35",
    memory: "64M",
    qemuArguments: ["-device", "virtio-balloon-pci"],
  });
  expect(await vm.qmp.query.balloonSizeBytes()).toBe(64 * mebibyte);
  const without = await boot("spin");
  const error = await errorOf(without.qmp.query.balloonSizeBytes(), QmpError);
  expect(error.message).toMatch(
    /^this machine has no balloon: add it with qemuArguments: \["-device", "virtio-balloon-pci"\]\n/,
  );
  expect(error.errorClass).toBe("DeviceNotActive");
});

describe("statistics", () => {
  test("are KVM's, of the machine or of each CPU", async () => {
    const vm = await boot("hello", { machine: "microvm", accelerator: "kvm" }).catch((error) => {
      // A host without KVM cannot tell them, and says so before.
      expect(error).toBeInstanceOf(HostError);
    });
    if (vm === undefined) return;
    await vm.serial.waitFor("Hello from");
    const names = ["exits", "halt_wait_ns", "guest_mode"];
    const ofCpus = await vm.qmp.query.statistics({ target: "vcpu", names });
    const exits = ofCpus.find(({ name }) => name === "exits");
    expect(exits).toMatchObject({ provider: "kvm", cpu: 0, kind: "cumulative", unit: undefined });
    expect(exits?.value).toBeGreaterThan(0);
    const waited = ofCpus.find(({ name }) => name === "halt_wait_ns");
    expect(waited).toMatchObject({ unit: "seconds", unitFactor: 1e-9 });
    expect(ofCpus.every(({ name }) => names.includes(name))).toBe(true);
    const all = await vm.qmp.query.statistics();
    expect(all.length).toBeGreaterThan(3);
    expect(all.every(({ cpu }) => cpu === undefined)).toBe(true);
    await expect(vm.qmp.query.statistics({ names: ["luck"] })).rejects.toThrow(
      /^no statistic of the vm is called "luck": there are [\w, ]*remote_tlb_flush/,
    );
  });

  test("are none under TCG, and the error says so", async () => {
    const vm = await boot("spin");
    const error = await errorOf(vm.qmp.query.statistics(), QmpError);
    expect(error.message).toMatch(
      /^this machine has no statistics: boot with accelerator: "kvm"; QEMU keeps them under KVM only\n/,
    );
  });
});

describe("memory", () => {
  test("of x86: what is where, and what the guest has mapped", async () => {
    const vm = await boot("echo", { memory: "64M" });
    await vm.serial.waitFor("> ");
    const map = await vm.qmp.query.memoryMap();
    expect(map).toContainEqual(
      expect.objectContaining({ kind: "ram", endAddress: BigInt(64 * mebibyte - 1) }),
    );
    const mapped = (await vm.qmp.query.pageMappings()) ?? [];
    const code = mapped.find(({ endAddress }) => endAddress >= 0x100000n);
    expect(code).toMatchObject({ startAddress: 0n, isReadable: true, isUser: false });
    expect(code?.isExecutable).toBeUndefined();
    expect(await vm.qmp.query.translate(0x100123n)).toBe(0x100123n);
    expect(await vm.qmp.query.translate(0x100123n, { cpu: 0 })).toBe(0x100123n);
    expect(await vm.qmp.query.translate(0x7f0000000000n)).toBeUndefined();
    await expect(vm.qmp.query.translate(0n, { cpu: 9 })).rejects.toThrow(QmpError);
  });

  test("of x86 without paging is not mapped", async () => {
    const vm = await boot(sector);
    await vm.serial.waitFor("Hello from the boot sector");
    expect(await vm.qmp.query.pageMappings()).toBeUndefined();
  });

  test("of RISC-V: mappings with their physical addresses and rights", async () => {
    // Two pages of a gigabyte: itself with all rights, and for users to read at 5 GiB.
    const kernel = await assembleRiscv(`
  la t0, table
  srli t0, t0, 12
  li t1, 8
  slli t1, t1, 60
  or t0, t0, t1
  csrw satp, t0
  li t2, 0x10000000
  li t3, '!'
  sb t3, 0(t2)
  j 1f
.balign 4096
table: .quad 0, 0, 0x200000cf, 0, 0, 0x20000053
.fill 506, 8, 0`);
    const vm = await boot({ kernel, firmware: "none" });
    await vm.serial.waitFor("!");
    const physicalAddress = 0x80000000n;
    expect(await vm.qmp.query.pageMappings()).toEqual([
      {
        startAddress: 0x80000000n,
        endAddress: 0xbfffffffn,
        physicalAddress,
        ...{ isReadable: true, isWritable: true, isExecutable: true, isUser: false },
      },
      {
        startAddress: 0x140000000n,
        endAddress: 0x17fffffffn,
        physicalAddress,
        ...{ isReadable: true, isWritable: false, isExecutable: false, isUser: true },
      },
    ]);
  });
});
