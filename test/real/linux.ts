/** Linux of the archive with a shell: a kernel, and an initial RAM disk made for it. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Archive } from "./archive.ts";
import { AbsentError, ArchiveError } from "./archive-program.ts";
import { type CpioEntry, makeCpio } from "./cpio.ts";
import { listModules, withDependencies } from "./kernel-modules.ts";

/** What a machine is booted with. */
export interface LinuxFiles {
  readonly kernel: string;
  readonly initrd: string;
}

/** Drivers for what the tests plug in. */
const drivers = [
  ..."virtio_pci virtio_mmio virtio_blk virtio_net virtio_scsi sd_mod nvme".split(" "),
  ..."virtio_console usbserial ftdi_sio".split(" "),
  ..."xhci_pci xhci_plat_hcd usb_storage uas ahci ata_piix sym53c8xx e1000 pcie_pme 9pnet_virtio 9p fuse virtiofs".split(
    " ",
  ),
];

const init = `#!/bin/sh
export PATH=/bin
busybox mkdir -p /proc /sys /dev
busybox mount -t proc none /proc
busybox mount -t sysfs none /sys
busybox mount -t devtmpfs none /dev
busybox --install -s /bin
while read module; do insmod /modules/$module; done < /modules/order
echo "userspace of $(uname -m) is ready"
export PS1='# '
exec setsid cttyhack sh
`;

/** The first of Debian that has Linux for riscv64. */
const laterRelease = "trixie";

/**
 * From the system's own release, or from a later one where that has none for the architecture.
 * @param metapackage "linux-image-amd64", which stands for the newest kernel.
 * @throws `ArchiveError`.
 */
export async function fetchLinux(arch: string, metapackage: string): Promise<LinuxFiles> {
  try {
    return await fetchFrom(new Archive(arch), metapackage);
  } catch (error) {
    if (!(error instanceof AbsentError)) throw error;
    return await fetchFrom(new Archive(arch, laterRelease), metapackage);
  }
}

async function fetchFrom(archive: Archive, metapackage: string): Promise<LinuxFiles> {
  const name = await archive.dependency(metapackage, /linux-image-[\w.+-]+/);
  const tree = await archive.unpacked(name);
  const busybox = await archive.unpacked("busybox-static");
  const kernel = fileIn(join(tree, "boot"), /^vmlinu[xz]-/);
  return { kernel, initrd: await makeInitrd(tree, busyboxIn(busybox)) };
}

function busyboxIn(tree: string): string {
  const program = ["bin/busybox", "usr/bin/busybox"]
    .map((path) => join(tree, path))
    .find(existsSync);
  if (program === undefined) throw new ArchiveError("busybox-static has no busybox");
  return program;
}

async function makeInitrd(tree: string, busybox: string): Promise<string> {
  const initrd = join(tree, "bringup-initrd.cpio");
  const modules = await modulesIn(tree);
  const directory = (path: string): CpioEntry => ({ path, mode: 0o040755 });
  const file = (path: string, content: Uint8Array | string): CpioEntry => {
    return { path, mode: 0o100755, content };
  };
  const archive = makeCpio([
    directory("bin"),
    directory("modules"),
    file("init", init),
    file("bin/busybox", readFileSync(busybox)),
    { path: "bin/sh", mode: 0o120777, content: "busybox" },
    file("modules/order", [...modules.keys()].map((name) => `${name}.ko\n`).join("")),
    ...[...modules].map(([name, content]) => file(`modules/${name}.ko`, content)),
  ]);
  const fresh = `${initrd}.${process.pid}`;
  writeFileSync(fresh, archive);
  renameSync(fresh, initrd);
  return initrd;
}

async function modulesIn(tree: string): Promise<Map<string, Uint8Array>> {
  const directory = ["lib/modules", "usr/lib/modules"]
    .map((path) => join(tree, path))
    .find(existsSync);
  if (directory === undefined) return new Map();
  const host = await Archive.ofHost();
  const busybox = busyboxIn(await host.unpacked("busybox-static"));
  return await withDependencies(drivers, listModules(directory), busybox);
}

/** @throws `ArchiveError` if the package has no such file. */
export function fileIn(directory: string, pattern: RegExp): string {
  const name = readdirSync(directory).find((entry) => pattern.test(entry));
  if (name === undefined) throw new ArchiveError(`${directory} has nothing like ${pattern}`);
  return join(directory, name);
}
