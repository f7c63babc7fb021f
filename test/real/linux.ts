/** Linux of the archive with a shell: a kernel, and an initial RAM disk made for it. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { Archive, ArchiveError } from "./archive.ts";
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
  ..."xhci_pci xhci_plat_hcd usb_storage uas ahci ata_piix sym53c8xx e1000 pcie_pme 9pnet_virtio 9p".split(
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

/**
 * @param metapackage "linux-image-amd64", which stands for the newest kernel.
 * @throws `ArchiveError`.
 */
export async function fetchLinux(arch: string, metapackage: string): Promise<LinuxFiles> {
  const archive = new Archive(arch);
  const name = await archive.dependency(metapackage, /linux-image-[\w.+-]+/);
  const tree = await archive.unpacked(name);
  const busybox = await archive.unpacked("busybox-static");
  const kernel = fileIn(join(tree, "boot"), /^vmlinu[xz]-/);
  return { kernel, initrd: makeInitrd(tree, busybox) };
}

function makeInitrd(tree: string, busybox: string): string {
  const initrd = join(tree, "bringup-initrd.cpio");
  const modulesDirectory = ["lib/modules", "usr/lib/modules"]
    .map((path) => join(tree, path))
    .find(existsSync);
  const modules =
    modulesDirectory === undefined ? [] : withDependencies(drivers, listModules(modulesDirectory));
  const program = ["bin/busybox", "usr/bin/busybox"]
    .map((path) => join(busybox, path))
    .find(existsSync);
  if (program === undefined) throw new ArchiveError("busybox-static has no busybox");
  const directory = (path: string): CpioEntry => ({ path, mode: 0o040755 });
  const file = (path: string, content: Uint8Array | string): CpioEntry => {
    return { path, mode: 0o100755, content };
  };
  const archive = makeCpio([
    directory("bin"),
    directory("modules"),
    file("init", init),
    file("bin/busybox", readFileSync(program)),
    { path: "bin/sh", mode: 0o120777, content: "busybox" },
    file("modules/order", modules.map((path) => `${basename(path)}\n`).join("")),
    ...modules.map((path) => file(`modules/${basename(path)}`, readFileSync(path))),
  ]);
  const fresh = `${initrd}.${process.pid}`;
  mkdirSync(tree, { recursive: true });
  writeFileSync(fresh, archive);
  renameSync(fresh, initrd);
  return initrd;
}

/** @throws `ArchiveError` if the package has no such file. */
export function fileIn(directory: string, pattern: RegExp): string {
  const name = readdirSync(directory).find((entry) => pattern.test(entry));
  if (name === undefined) throw new ArchiveError(`${directory} has nothing like ${pattern}`);
  return join(directory, name);
}
