/** What a status means: by lists that make sense for the device, and for every status. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import type { ExitDevice } from "../../harness/machine/exit-device.ts";
import { checkSemihosting } from "../../harness/machine/exit-device.ts";
import {
  areExitOutcomes,
  checkOutcomes,
  type ExitOutcomes,
  judgeStatus,
} from "../../harness/machine/exit-outcomes.ts";
import { EvidenceStore } from "../../harness/machine/index.ts";
import { prepareMachine } from "../../harness/machine/prepare.ts";
import { temporaryDirectory } from "./machines.ts";

const statuses = fc.uniqueArray(fc.nat(127), { minLength: 3, maxLength: 60 });

test("each status has one outcome, and one that is in no list is a failure", () => {
  fc.assert(
    fc.property(statuses, fc.nat(127), (all, status) => {
      const lists = {
        pass: all.filter((_, index) => index % 3 === 0),
        fail: all.filter((_, index) => index % 3 === 1),
        skip: all.filter((_, index) => index % 3 === 2),
      };
      expect(areExitOutcomes(lists)).toBe(true);
      const { outcome, why } = judgeStatus(status, lists);
      const isListed = all.includes(status);
      expect(lists[outcome].includes(status)).toBe(isListed);
      if (!isListed) expect(outcome).toBe("fail");
      expect(why === undefined).toBe(isListed);
    }),
  );
});

test.each<[ExitOutcomes, ExitDevice | undefined, string | undefined]>([
  ["kvm-unit-tests", "isa-debug-exit", undefined],
  [{ pass: [0x10], fail: [0x11] }, "isa-debug-exit", undefined],
  [
    { pass: [0x80] },
    "isa-debug-exit",
    "exitOutcomes.pass: got 128, but QEMU passes on only the low",
  ],
  [
    { pass: [133] },
    "isa-debug-exit",
    "133 arrives as 5; if 133 is the exit code of QEMU, the status is 66",
  ],
  [{ pass: [0], fail: [200] }, "finisher", undefined],
  [{ fail: [0] }, "finisher", "exitOutcomes.fail: got 0, the success of the finisher"],
  [{ skip: [0] }, "semihosting", "exitOutcomes.skip: got 0, the success of semihosting"],
  [{ pass: [0] }, undefined, "exitOutcomes: needs an exit device, and this machine has none"],
])("%o on %s", (outcomes, device, message) => {
  const check = () => checkOutcomes(outcomes, device);
  if (message === undefined) return expect(check).not.toThrow();
  expect(check).toThrow(SpecError);
  expect(check).toThrow(message);
});

test("QEMU's exit code in place of the status is called that, where QEMU changes it", () => {
  const advice = "33 in exitOutcomes.pass is QEMU's exit code for it: write 16";
  expect(judgeStatus(16, { pass: [33] }, "isa-debug-exit").why).toContain(advice);
  expect(judgeStatus(17, { pass: [33] }, "isa-debug-exit").why).not.toContain("QEMU's exit code");
  expect(judgeStatus(16, { pass: [33] }, "finisher").why).not.toContain("QEMU's exit code");
});

test("semihosting is TCG's alone, and turned on once", () => {
  const chosen = { device: "semihosting" } as const;
  const none = { extra: [] };
  for (const accelerator of [undefined, "auto", "tcg"]) checkSemihosting(chosen, accelerator, none);
  checkSemihosting({ device: "finisher" }, "kvm", { extra: ["-semihosting"] });
  expect(() => checkSemihosting(chosen, "kvm", none)).toThrow('take accelerator "tcg"');
  const twice = { extra: ["-semihosting-config", "enable=on"] };
  expect(() => checkSemihosting(chosen, undefined, twice)).toThrow("leave one of the two out");
});

test("a machine without an exit device has no outcomes, and says so before QEMU starts", async () => {
  const directory = temporaryDirectory();
  const surroundings = {
    directory,
    store: new EvidenceStore(directory, "run"),
    calibration: undefined,
  };
  const spec = { arch: "aarch64", firmware: "uefi", exitOutcomes: { pass: [1] } } as const;
  await expect(prepareMachine(spec, surroundings)).rejects.toThrow(
    "exitOutcomes: needs an exit device",
  );
  const plan = await prepareMachine(
    { ...spec, exitDevice: true, accelerator: "auto" },
    surroundings,
  );
  expect(plan.accelerator).toMatchObject({ used: "tcg" });
});
