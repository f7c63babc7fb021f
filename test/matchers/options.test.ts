/** Options that a matcher, or a wait, has not: each would seem to mean something. */
import { expect, SpecError, test } from "bringup";
import { kernelPath } from "../../kernels/build.ts";

/** As a test in JavaScript would give it, or one that nobody type-checks. */
const given = (options: unknown) => options as never;

test("what is no option is refused by name, before anything is waited for", async ({ boot }) => {
  const vm = await boot(kernelPath("hello", "i386"));
  const { screen, serial } = vm;
  const typo = given({ timeout: 5 });
  const calls: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => expect(serial).toPrint("Hello", typo), "timeoutMs, clock, forMs, failOn, until"],
    [() => expect(serial.terminal).toShowText("x", typo), "timeoutMs, clock, forMs, failOn"],
    [() => expect(screen).not.toShowText("x", typo), "timeoutMs, clock, forMs, failOn"],
    [() => expect(vm).toPowerOff(typo), "timeoutMs, clock, forMs"],
    [() => expect(vm).toReset(typo), "timeoutMs, clock, forMs"],
    [() => expect(vm).toPanic(typo), "timeoutMs, clock, forMs"],
    [() => expect(vm).toExit({}, typo), "timeoutMs, clock, forMs"],
    [() => expect(vm).toEmitEvent("STOP", typo), "timeoutMs, clock, forMs, where, since"],
    [
      () => expect(screen).toMatchScreenshot("x", typo),
      "threshold, maxDifferentPixels, mask, timeoutMs, failOn",
    ],
    [() => serial.waitFor("x", typo), "timeoutMs, clock, failOn"],
    [() => serial.waitForAny(["x"], typo), "timeoutMs, clock, failOn"],
    [() => serial.type("x", typo), "timeoutMs, clock, failOn, echo, paceMs"],
    [() => serial.command("x", given({ prompt: "> ", timeout: 5 })), "prompt, echo, lineEnd"],
    [() => serial.terminal.waitForText("x", typo), "timeoutMs, clock, failOn"],
    [async () => await screen.waitForText("x", typo), "timeoutMs, clock, failOn"],
    [() => vm.qmp.waitForEvent("STOP", typo), "since, timeoutMs, clock, signal, where"],
    [() => vm.detach("x", typo), "there is timeoutMs"],
  ];
  for (const [call, names] of calls) {
    const error: unknown = await call().catch((reason: unknown) => reason);
    expect(error, String(call)).toBeInstanceOf(SpecError);
    const [line] = (error as SpecError).message.split("\n");
    expect(line, String(call)).toMatch(/^timeout: is no option of this call; there is /);
    expect(line, String(call)).toContain(names);
  }
  await expect(expect(serial).toPrint("Hello", given(500))).rejects.toThrow(
    "options: got 500, takes an object with any of timeoutMs",
  );
  for (const forMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    const never = `forMs: got ${forMs}, takes at most 2,147,483,647 (24.8 days)`;
    await expect(expect(serial).not.toPrint("x", { forMs })).rejects.toThrow(never);
    await expect(expect(vm).not.toReset({ forMs })).rejects.toThrow(never);
  }
  await expect(serial).toPrint("Hello");
});

test("masks and names of screenshots are checked before there is a baseline", async ({ boot }) => {
  const vm = await boot(kernelPath("vga-text", "i386"));
  const area = { left: 0, top: 0, width: 9, height: 16 };
  const masks: readonly (readonly [unknown, string])[] = [
    [area, 'mask: got {"left":0'],
    [[{ x: 0, y: 0, width: 9, height: 16 }], 'mask[0]: got {"x":0'],
    [[area, { ...area, left: -5 }], 'mask[1]: got {"left":-5'],
    [[{ ...area, height: 1.5 }], "takes an area in whole pixels such as { left: 0"],
    [[null], "mask[0]: got null"],
  ];
  for (const [mask, words] of masks) {
    const call = expect(vm.screen).toMatchScreenshot("never made", given({ mask }));
    await expect(call).rejects.toThrow(words);
  }
  for (const name of ["", "../evil", "a/b", "x.png", "…", 5, null]) {
    const call = expect(vm.screen).toMatchScreenshot(given(name));
    await expect(call, String(name)).rejects.toThrow(/^name: got .*takes a name such as/);
  }
  await expect(vm.screen).toShowText("Ready.");
});
