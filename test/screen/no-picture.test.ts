/** A QEMU that lives, and gives no picture: its files have nowhere to go. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TimeoutError } from "../../harness/evidence/index.ts";
import { boot, errorOf, privateDirectoryOf, useKernels } from "../machine/machines.ts";

useKernels("spin");

test("fails a wait with the reason, and is asked now and then", async () => {
  const vm = await boot("spin", { machine: "pc" });
  rmSync(privateDirectoryOf(vm), { recursive: true });
  const error = await errorOf(vm.screen.waitForText("login: ", { timeoutMs: 2_000 }), TimeoutError);
  expect(error.message).toContain(
    "\n  QEMU gives no picture of the screen: QMP screendump: failed",
  );
  const asked = readFileSync(join(vm.record().directory, "qmp.log"), "utf8");
  expect(asked.match(/"execute": ?"screendump"/g)?.length).toBeLessThan(20);
});
