import { totalmem } from "node:os";
import { expect, test, vi } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { checkHostMemory, hostMemoryBytes } from "../../harness/machine/host-memory.ts";

const gibibyte = 1024 ** 3;

test.each([
  // Node gives 0 where it knows no limit, and the greatest 64-bit number where there is none.
  [0, totalmem()],
  [2 ** 64, totalmem()],
  [gibibyte / 4, gibibyte / 4],
])("of a control group with a limit of %i bytes a machine can have %i", (limit, expected) => {
  const constrained = vi.spyOn(process, "constrainedMemory").mockReturnValue(limit);
  expect(hostMemoryBytes()).toBe(expected);
  constrained.mockRestore();
});

test("more than that is refused, and the message says whose it is", () => {
  const constrained = vi.spyOn(process, "constrainedMemory").mockReturnValue(gibibyte / 4);
  expect(() => checkHostMemory("256M")).not.toThrow();
  expect(() => checkHostMemory("257M")).toThrow(
    new SpecError("memory", "got 257M, but this container has 256 MiB; take less"),
  );
  constrained.mockReturnValue(0);
  expect(() => checkHostMemory("900000G")).toThrow(/but this computer has \d+ MiB; take less$/);
  constrained.mockRestore();
});
