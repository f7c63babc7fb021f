/** The user's own QEMU arguments: what collides with the harness's is refused by name. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { sortArguments } from "../../harness/machine/qemu-arguments.ts";

describe("refused", () => {
  test.each<[string[], string]>([
    [["-S"], "qemuArguments[0]: -S collides with the harness's own; the harness starts the guest"],
    [["--S"], "qemuArguments[0]: --S collides"],
    [["-device", "edu", "-s"], "qemuArguments[2]: -s collides with the harness's own; debug: true"],
    [
      ["-device e1000"],
      'got "-device e1000"; an option and its value are two arguments: "-device", "e1000"',
    ],
    [["-m 1G"], 'two arguments: "-m", "1G"'],
    [["-gdb", "tcp::1234"], "debug: true starts a gdb stub"],
    [["-serial", "stdio"], "-serial collides with the harness's own; serialPorts names the serial"],
    [["-nographic"], "-nographic collides"],
    [["-display", "gtk"], "the machine has no display"],
    [["-monitor", "stdio"], "vm.qmp is the QMP connection"],
    [["-qmp", "stdio"], "vm.qmp is the QMP connection"],
    [["-no-reboot"], "onReset says what a reset does"],
    [["-action", "panic=none"], "onReset says what a reset does"],
    [["-no-shutdown"], "the machine is kept for the autopsy anyway"],
    [["-daemonize"], "QEMU must stay a child of the harness"],
    [["-sandbox", "off"], "the harness puts QEMU into its sandbox"],
    [["-enable-kvm"], "use the field accelerator"],
    [["-M", "pc"], "use the field machine"],
    [["-cpu", "max"], "use the field cpu"],
    [["-smp", "2"], "use the field cpus"],
    [["-m", "1G"], "use the field memory"],
    [["-kernel", "a"], "use the field kernel"],
    [["-append", "a"], "use the field commandLine"],
    [["-initrd", "a"], "use the field initrd"],
    [["-bios", "a"], "use the field firmware"],
    [["-debugcon", "stdio"], "use the field debugConsole"],
    [["-D", "log"], "-d logs into cpu.log of the evidence"],
    [["-d"], "-d takes what QEMU is to log"],
    [["-d", "-device"], "-d takes what QEMU is to log"],
    [["-preconfig"], "does not know that state"],
    [["-incoming", "defer"], "expects a guest that is there"],
    [["-readconfig", "a"], "give its contents as further qemuArguments"],
    [["-chardev", "null,id=port0"], "qemuArguments[1]: null,id=port0 collides with a name of the"],
    [["-drive", "if=none,id=disk12,file=a"], "collides with a name of the harness; choose another"],
    [["-device", "ahci,id=ahci"], "collides with a name of the harness"],
    [
      ["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"],
      "-device isa-debug-exit,iobase=0xf4,iosize=0x04 collides with the harness's own; it is there",
    ],
  ])("%j", (given, message) => {
    expect(() => sortArguments(given, { exitPort: 0xf4 })).toThrow(SpecError);
    expect(() => sortArguments(given, { exitPort: 0xf4 })).toThrow(message);
  });
});

test("what does not collide is passed on in its order, and log items are joined", () => {
  const given = ["-device", "edu", "-d", "int,,mmu", "--d", "plugin", "-drive", "file=port0.img"];
  expect(sortArguments(given)).toEqual({
    extra: ["-device", "edu", "-drive", "file=port0.img"],
    logItems: ["int", "mmu", "plugin"],
    hasExitDevice: false,
  });
});

test("an exit device where ours is not is one to know of", () => {
  for (const [iobase, ownPort] of [
    [",iobase=0xf4", undefined],
    [",iobase=0xf4", 0x501],
    ["", 0xf4],
  ] as const) {
    const given = ["-device", `isa-debug-exit${iobase}`];
    expect(sortArguments(given, { exitPort: ownPort }).hasExitDevice).toBe(true);
  }
  for (const [iobase, ownPort] of [
    [",iobase=244", 0xf4],
    [",iobase=0x0F4,iosize=1", 0xf4],
    ["", 0x501],
  ] as const) {
    const given = ["-device", `isa-debug-exit${iobase}`];
    expect(() => sortArguments(given, { exitPort: ownPort })).toThrow(
      "exitDevice: false takes it away",
    );
  }
});

test("an exit device at another port is one to know of", () => {
  const given = ["-device", "isa-debug-exit,iobase=0x501,iosize=2"];
  expect(sortArguments(given)).toEqual({ extra: given, logItems: [], hasExitDevice: true });
});
