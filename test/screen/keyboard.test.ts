/** What keys are called, and a machine without any. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SpecError } from "../../harness/evidence/index.ts";
import { device, usb } from "../../harness/machine/index.ts";
import { chordOf, keyStrokeOf } from "../../harness/screen/keyboard-layouts.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, useKernels } from "../machine/machines.ts";

useKernels("idle");

test.each<[string, string[] | undefined]>([
  ["a", ["a"]],
  ["A", ["shift", "a"]],
  ["shift-A", ["shift", "a"]],
  ["shift_r-a", ["shift_r", "a"]],
  ["ctrl-alt-delete", ["ctrl", "alt", "delete"]],
  ["Ctrl-C", ["ctrl", "shift", "c"]],
  ["ctrl--", ["ctrl", "minus"]],
  ["-", ["minus"]],
  ["page-up", ["pgup"]],
  ["alt-page-down", ["alt", "pgdn"]],
  ["shift", ["shift"]],
  ["enter", ["ret"]],
  [" ", ["spc"]],
  // The key left of a keyboard's two, or the arrow with shift: nobody can tell.
  ["left-shift", undefined],
  ["a-b", undefined],
  ["ctrl-", undefined],
  ["", undefined],
  ["ï", undefined],
])("%j", (keys, expected) => {
  expect(chordOf(keys, "us")).toEqual(expected);
});

test("a character is the key that types it, whatever is held", () => {
  const character = fc.constantFrom(..."abcXYZ019-=+[]{};:'\"<>/?|\\`~!@#$%^&*()_ ");
  const held = fc.subarray(["ctrl", "alt", "meta_l"]);
  const layouts = fc.constantFrom("us" as const, "jp" as const);
  const agrees = fc.property(character, held, layouts, (typed, modifiers, layout) => {
    const stroke = keyStrokeOf(typed, layout);
    const chord = chordOf([...modifiers, typed].join("-"), layout);
    const shift = stroke?.shift ? ["shift"] : [];
    expect(chord).toEqual(stroke && [...modifiers, ...shift, stroke.key]);
  });
  fc.assert(agrees);
});

test("a machine without a keyboard and a mouse says so, until it has them", async () => {
  const vm = await boot({ kernel: kernelPath("idle", "aarch64"), devices: [usb.xhci()] });
  const none = /^devices: have no (keyboard|mouse), and the board has none either: add usb\./;
  const presses = [() => vm.keyboard.type("a"), () => vm.keyboard.press("a")];
  const others = [() => vm.keyboard.down("a"), () => vm.mouse.move(1, 1), () => vm.mouse.click()];
  for (const act of [...presses, ...others]) {
    expect((await errorOf(act(), SpecError)).message).toMatch(none);
  }
  await vm.attach(usb.keyboard());
  await vm.attach(usb.mouse());
  await vm.keyboard.type("a");
  await vm.mouse.move(1, 1);
  const bad = await errorOf(vm.mouse.click("center" as never), SpecError);
  expect(bad.message).toBe('button: got "center", takes one of "left", "middle", "right"');
  const devices = [device("virtio-keyboard-pci")];
  const other = await boot({ kernel: kernelPath("idle", "aarch64"), devices });
  await other.keyboard.press("a");
});
