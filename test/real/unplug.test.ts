/** PCI devices that a guest agrees to let go: Linux of Debian, by ACPI. */
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, nvme, pci, test, virtio } from "bringup";
import { fetchLinux } from "./linux.ts";
import { needs, scratchDirectory } from "./needs.ts";

const bootMs = 240_000;
const soon = { timeoutMs: 60_000 };
const prompt = /^# $/m;

const rows = [
  { machine: "pc", model: "virtio-blk-pci", disk: "vda", bus: "pci.0" },
  { machine: "q35", model: "nvme", disk: "nvme0n1", bus: "port1" },
] as const;

test.for(rows)("Linux lets go of a $model of $machine", async (row, { boot, skip }) => {
  const linux = await needs(skip, "amd64", () => fetchLinux("amd64", "linux-image-amd64"));
  const file = join(await scratchDirectory(), "plugged.img");
  writeFileSync(file, "this came later\n");
  truncateSync(file, 1024 ** 2);
  const { machine } = row;
  const devices = machine === "q35" ? [pci.rootPort({ id: "port1", chassis: 1 })] : [];
  // Otherwise the kernel talks into what commands print.
  const commandLine = "console=ttyS0 loglevel=1";
  const vm = await boot({ ...linux, machine, devices, commandLine, memory: "512M" });
  await expect(vm.serial).toPrint(prompt, { timeoutMs: bootMs });
  const run = (line: string) => vm.serial.command(line, { prompt, ...soon });
  const nodes = async () => (await vm.qmp.execute("query-named-block-nodes")).length;
  const nodesAtFirst = await nodes();

  const plug = machine === "q35" ? nvme : virtio.blk;
  const id = await vm.attach(plug({ file, properties: { bus: row.bus } }));
  expect(JSON.stringify(await vm.qmp.execute("query-pci"))).toContain(`"${id}"`);
  const whenThere = `until test -b /dev/${row.disk}; do sleep 0.1; done`;
  expect(await run(`${whenThere}; head -n 1 /dev/${row.disk}`)).toBe("this came later");

  await vm.detach(id, soon);
  expect(JSON.stringify(await vm.qmp.execute("query-pci"))).not.toContain(`"${id}"`);
  expect(await nodes()).toBe(nodesAtFirst);
  expect(await run(`test -e /dev/${row.disk} || echo it has gone`)).toBe("it has gone");
});
