/** A field of the spec, then the environment, then the defaults, then "auto". */
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { isDebugging, withDefaults } from "../../harness/machine/precedence.ts";

test("the accelerator", () => {
  const environment = { BRINGUP_ACCELERATOR: "kvm" };
  const accelerators = [
    withDefaults({ accelerator: "tcg" }, { accelerator: "hvf" }, environment),
    withDefaults({}, { accelerator: "hvf" }, environment),
    withDefaults({}, { accelerator: "hvf" }, {}),
    withDefaults({}, { accelerator: "hvf" }, { BRINGUP_ACCELERATOR: "" }),
    withDefaults({}, {}, {}),
  ].map(({ accelerator }) => accelerator);
  expect(accelerators).toEqual(["tcg", "kvm", "hvf", "hvf", "auto"]);
});

test("the QEMU binary; the host reads the environment's own", () => {
  const environment = { BRINGUP_QEMU: "theirs" };
  expect(withDefaults({ qemu: "ours" }, { qemu: "usual" }, environment).qemu).toBe("ours");
  expect(withDefaults({}, { qemu: "usual" }, environment).qemu).toBeUndefined();
  expect(withDefaults({}, { qemu: "usual" }, {}).qemu).toBe("usual");
});

test("debugging", () => {
  const environment = { BRINGUP_DEBUG: "1" };
  const debugs = [
    withDefaults({ debug: false }, { debug: true }, environment),
    withDefaults({}, { debug: false }, environment),
    withDefaults({}, { debug: true }, {}),
    withDefaults({}, {}, {}),
  ].map(({ debug }) => debug);
  expect(debugs).toEqual([false, true, true, false]);
  const words = ["", "0", "false", "1", "yes", undefined];
  expect(words.map((word) => isDebugging({ BRINGUP_DEBUG: word }))).toEqual([
    false,
    false,
    false,
    true,
    true,
    false,
  ]);
});

test("every other field: the spec's own, and then the defaults", () => {
  const defaults = { kernel: "usual.elf", memory: "64M", cpus: 2 };
  expect(withDefaults({ kernel: "own.elf", cpus: undefined } as never, defaults, {})).toEqual({
    kernel: "own.elf",
    memory: "64M",
    cpus: 2,
    debug: false,
    accelerator: "auto",
  });
});

test("null takes a default away, whichever field it is", () => {
  const defaults = {
    kernel: "usual.elf",
    memory: "64M",
    qemu: "usual",
    accelerator: "hvf",
  } as const;
  const changes = { kernel: null, disks: null, qemu: null, accelerator: null };
  expect(withDefaults(changes, defaults, {})).toEqual({
    memory: "64M",
    debug: false,
    accelerator: "auto",
  });
  expect(() => withDefaults({ kernal: null } as never, {}, {})).toThrow(/^kernal: is no field/);
  expect(() => withDefaults({}, { kernel: null } as never, {})).toThrow(/^kernel: got null/);
});

test("wrong words are refused wherever they come from", () => {
  expect(() => withDefaults({}, { cpus: 0 }, {})).toThrow(SpecError);
  expect(() => withDefaults({}, {}, { BRINGUP_ACCELERATOR: "fast" })).toThrow(
    'BRINGUP_ACCELERATOR: takes auto, kvm, tcg, hvf, but got "fast"',
  );
});
