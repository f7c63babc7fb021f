/** Linux of Debian, on four architectures: to its shell, and with devices that come and go. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, network, rtc, scsi, share, test, tpm, usb, virtio } from "bringup";
import { fetchLinux } from "./linux.ts";
import { needs, scratchDirectory } from "./needs.ts";

const bootMs = 240_000;
const soon = { timeoutMs: 60_000 };
const prompt = /^# $/m;

const rows = [
  { arch: "amd64", uname: "x86_64", console: "ttyS0", spec: { machine: "q35" } },
  { arch: "arm64", uname: "aarch64", console: "ttyAMA0", spec: {} },
  { arch: "armhf", uname: "armv7l", console: "ttyAMA0", spec: {}, package: "armmp" },
  { arch: "riscv64", uname: "riscv64", console: "ttyS0", spec: {} },
] as const;

test.for(rows)(
  "Linux for $arch reaches its shell, and switches off",
  async (row, { boot, skip }) => {
    const name = `linux-image-${"package" in row ? row.package : row.arch}`;
    const fetch = () => fetchLinux(row.arch, name);
    const linux = await needs(skip, row.arch, fetch);
    const commandLine = `console=${row.console} panic=-1`;
    const vm = await boot({ ...linux, ...row.spec, commandLine, memory: "512M" });
    await expect(vm.serial).toPrint("Linux version", { timeoutMs: bootMs });
    await expect(vm.serial).toPrint(`userspace of ${row.uname} is ready`, { timeoutMs: bootMs });
    await expect(vm.serial).toPrint(prompt, soon);
    const options = { prompt, ...soon };
    expect(await vm.serial.command("echo $((6 * 7))", options)).toBe("42");
    expect(await vm.serial.command("cat /proc/cmdline", options)).toContain(commandLine);
    expect(await vm.serial.command("head -n 1 /proc/modules", options)).toContain(" Live ");
    await expect(vm).toBeRunning();
    await vm.serial.writeLine("poweroff -f");
    await expect(vm).toPowerOff(soon);
  },
);

test("Linux on nothing but a VGA screen and a keyboard", async ({ boot, skip }) => {
  const linux = await needs(skip, "amd64", () => fetchLinux("amd64", "linux-image-amd64"));
  const commandLine = "console=tty0 panic=-1";
  const screen = { machine: "pc", display: "std" } as const;
  const vm = await boot({ ...linux, ...screen, commandLine, memory: "512M" });
  await expect(vm.screen).toShowText("userspace of x86_64 is ready", { timeoutMs: bootMs });
  await expect(vm.screen).toShowText(/\n# *$/, soon);
  // More lines than text memory has room for: Linux moves the start of the screen, and begins anew.
  await vm.keyboard.type("seq 1000 1250; echo $((6 * 7))\n");
  await expect(vm.screen).toShowText("\n1249\n1250\n42\n#", soon);
  expect((await vm.screen.text()).split("\n")).toHaveLength(25);
  await vm.keyboard.type("poweroff -f\n");
  await expect(vm).toPowerOff(soon);
});

test("a kernel without an init panics, and where is said", async ({ boot, skip }) => {
  const { kernel } = await needs(skip, "amd64", () => fetchLinux("amd64", "linux-image-amd64"));
  const vm = await boot({ kernel, commandLine: "console=ttyS0 panic=-1", memory: "512M" });
  await expect(vm).toPanic(/VFS: Unable to mount root fs/, { timeoutMs: bootMs });
});

function makeDisk(directory: string, name: string): string {
  const file = join(directory, `${name}.img`);
  writeFileSync(file, `this is ${name}\n`);
  truncateSync(file, 1024 ** 2);
  return file;
}

/** A line for the shell that writes a sector, and reads it again. */
const writeTo = (disk: string) => `echo written > /dev/${disk}; sync; head -n 1 /dev/${disk}`;

test("Linux sees and uses disks and a network card", async ({ boot, skip }) => {
  const linux = await needs(skip, "amd64", () => fetchLinux("amd64", "linux-image-amd64"));
  const directory = await scratchDirectory();
  const disk = (name: string) => makeDisk(directory, name);
  const vm = await boot({
    ...linux,
    machine: "q35",
    commandLine: "console=ttyS0",
    memory: "512M",
    disks: [
      { file: disk("scsi"), bus: "scsi" },
      { file: disk("nvme"), bus: "nvme" },
    ],
    devices: [
      network.virtio({ backend: "user" }),
      usb.xhci(),
      share({ directory, tag: "host" }),
      usb.serial({ name: "stick" }),
      virtio.port({ name: "agent" }),
      scsi.lsi53c895a({ id: "lsi" }),
      scsi.disk({ size: "4M", properties: { bus: "lsi.0" } }),
    ],
  });
  await expect(vm.serial).toPrint(prompt, { timeoutMs: bootMs });
  const run = (line: string) => vm.serial.command(line, { prompt, ...soon });
  expect(await run("head -n 1 /dev/sda")).toBe("this is scsi");
  expect(await run(writeTo("sda"))).toBe("written");
  expect(await run("cat /sys/block/sdb/size")).toBe(String((4 * 1024 ** 2) / 512));
  expect(await run(writeTo("sdb"))).toBe("written");
  expect(await run("head -n 1 /dev/nvme0n1")).toBe("this is nvme");
  expect(await run(writeTo("nvme0n1"))).toBe("written");
  // QEMU has seen it, too.
  const counters = await Promise.all(
    ["disk0", "disk1"].map((id) => vm.qmp.query.blockCounters(id)),
  );
  expect(counters.every(({ writtenBytes }) => writtenBytes >= 512)).toBe(true);
  await run("ip link set eth0 up && ip address add 10.0.2.15/24 dev eth0");
  expect(await run("cat /sys/class/net/eth0/operstate")).toBe("up");
  expect(await run("ping -c 1 10.0.2.2 > /dev/null && echo answered")).toBe("answered");
  await run("mkdir /mnt && mount -t 9p -o trans=virtio,version=9p2000.L host /mnt");
  expect(await run("head -n 1 /mnt/nvme.img")).toBe("this is nvme");
  expect(await run("touch /mnt/new 2>/dev/null || echo read-only")).toBe("read-only");
  await run("echo by USB > /dev/ttyUSB0");
  await expect(vm.serialPort("stick")).toPrint("by USB", soon);
  await run("echo by virtio > $(echo /dev/vport*p1)");
  await expect(vm.serialPort("agent")).toPrint("by virtio", soon);
  const file = disk("usb");
  const id = await vm.attach(usb.storage({ file }));
  await expect(vm.serial).toPrint(/sd 1?\d:0:0:0: \[sdc\] Attached SCSI (removable )?disk/, soon);
  await vm.serial.writeLine("");
  await expect(vm.serial).toPrint(prompt, soon);
  expect(await run("head -n 1 /dev/sdc")).toBe("this is usb");
  expect(await run(writeTo("sdc"))).toBe("written");
  await vm.detach(id);
  await expect(vm.serial).toPrint("USB disconnect", soon);
  // What the guest has written went to overlays.
  expect(readFileSync(file, "latin1")).toMatch(/^this is usb\n/);
});

test("Linux finds a TPM and the time of its clock, and mounts a directory by virtiofs", async ({
  boot,
  skip,
}) => {
  const linux = await needs(skip, "amd64", () => fetchLinux("amd64", "linux-image-amd64"));
  const directory = await scratchDirectory();
  writeFileSync(join(directory, "from-here"), "this is shared\n");
  const vm = await boot({
    ...linux,
    machine: "q35",
    commandLine: "console=ttyS0",
    memory: "512M",
    devices: [
      tpm.crb(),
      rtc({ startsAt: "2038-01-19T03:00:00Z" }),
      share({ directory, tag: "host", by: "virtiofs", writable: true }),
    ],
  });
  await expect(vm.serial).toPrint(prompt, { timeoutMs: bootMs });
  const run = (line: string) => vm.serial.command(line, { prompt, ...soon });
  expect(await run("cat /sys/class/tpm/tpm0/tpm_version_major")).toBe("2");
  expect(await run("cat /sys/class/tpm/tpm0/pcr-sha256/0")).toMatch(/^[0-9A-F]{64}$/);
  expect(await run("date -u +%Y-%m-%dT%H")).toBe("2038-01-19T03");
  await run("mkdir /mnt && mount -t virtiofs host /mnt");
  expect(await run("cat /mnt/from-here")).toBe("this is shared");
  await run("echo this is the guest > /mnt/from-there");
  expect(readFileSync(join(directory, "from-there"), "utf8")).toBe("this is the guest\n");
});
