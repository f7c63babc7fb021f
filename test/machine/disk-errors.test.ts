/** Several errors of one disk: none takes the place of another. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DiskError } from "../../harness/machine/disk-options.ts";
import { boot, useKernels } from "./machines.ts";

useKernels("hello");

/** What becomes of requests that QEMU makes for the disk, as its qemu-io says on its output. */
async function outcomes(errors: readonly DiskError[], requests: readonly string[]) {
  const disks = [{ size: "2M", bus: "virtio", errors }] as const;
  const vm = await boot("hello", { machine: "pc", disks });
  const device = "/machine/peripheral/disk0/virtio-backend";
  for (const request of requests) {
    await vm.qmp.execute("human-monitor-command", {
      "command-line": `qemu-io -d ${device} "${request} 0 512"`,
    });
  }
  const printed = readFileSync(join(vm.record().directory, "stderr.log"), "utf8");
  return printed.match(/^(?:read|write) failed|^(?:read|wrote) \d+/gm);
}

test("an error that waits does not end one that does not", async () => {
  const errors = [{ on: "write" }, { on: "read", after: 1 }] as const;
  const seen = await outcomes(errors, ["write", "read", "read", "write"]);
  expect(seen).toEqual(["write failed", "read failed", "read failed", "write failed"]);
});

test("a request that one error fails counts for the other", async () => {
  const errors = [
    { on: "read", after: 1 },
    { on: "write", after: 3 },
  ] as const;
  const seen = await outcomes(errors, ["write", "read", "read", "write"]);
  expect(seen).toEqual(["wrote 512", "read failed", "read failed", "write failed"]);
});

test("an error that happens once does so beside one that waits longer", async () => {
  const errors = [
    { on: "read", after: 1, once: true },
    { on: "read", after: 3 },
  ] as const;
  const seen = await outcomes(errors, ["read", "read", "read", "read", "read"]);
  expect(seen).toEqual(["read 512", "read failed", "read 512", "read failed", "read failed"]);
});
