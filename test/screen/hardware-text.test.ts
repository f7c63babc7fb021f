/** Guests that use the adapter's hardware: a start that moves, and a cursor that blinks. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { AssertionError, GuestError } from "../../harness/evidence/index.ts";
import type { Machine } from "../../harness/machine/index.ts";
import { type Baseline, matchers } from "../../harness/matchers/index.ts";
import { encodePng, type Picture } from "../../harness/screen/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, temporaryDirectory, useKernels } from "../machine/machines.ts";

useKernels("vga-scroll");
vi.setConfig({ testTimeout: 80_000 });

const soon = { timeoutMs: soonMs };
const start = (commandLine: string) =>
  boot({ kernel: kernelPath("vga-scroll", "i386"), commandLine, accelerator: "tcg" });
const line = (number: number) => `line ${String(number).padStart(5)}`;
/** What the kernel shows once it has printed so many lines. */
const shown = (lines: number) =>
  `${Array.from({ length: 24 }, (_, row) => line(lines - 23 + row)).join("\n")}\n>`;
/** How often the harness has stopped the guest. */
const stopsOf = (vm: Machine) =>
  readFileSync(join(vm.record().directory, "qmp.log"), "latin1").split(/"execute": ?"stop"/)
    .length - 1;
const monitor = (vm: Machine, line: string) =>
  vm.qmp.execute("human-monitor-command", { "command-line": line });
const closely = () => true;

/** Boots it until it has drawn all and halts for ever. */
async function drawn(options: string): Promise<Machine> {
  const vm = await start(options);
  await errorOf(vm.screen.waitForText("login: ", soon), GuestError);
  return vm;
}

/** The screen with its cursor, and without it. */
async function phasesOf(vm: Machine): Promise<readonly Picture[]> {
  const phases = new Map<string, Picture>();
  const wait = {
    phase: "the cursor to blink",
    look: ({ picture }: { readonly picture: Picture }) => {
      phases.set(Buffer.from(picture.pixels).toString("latin1"), picture);
      return phases.size > 1 || undefined;
    },
  };
  await vm.screen.waitFor(wait, soon);
  return [...phases.values()];
}

test.each([
  ["lines=10", `${Array.from({ length: 10 }, (_, row) => line(row + 1)).join("\n")}\n>`],
  ["lines=40", shown(40)],
  // Its text memory has ended once, and begun anew.
  ["lines=250", shown(250)],
])("the text is what is shown, and the guest is not stopped for it: %s", async (options, text) => {
  const vm = await start(`${options} idle=1`);
  await matchers.toShowText({ isNot: false }, vm.screen, text, soon);
  const before = stopsOf(vm);
  expect(await phasesOf(vm)).toHaveLength(2);
  expect(await vm.screen.text()).toBe(text);
  expect(stopsOf(vm)).toBe(before);
});

test("a screen that was moved away from its text shows none", async () => {
  const vm = await drawn("lines=10 away=1");
  expect(await vm.screen.text()).toBe("");
  expect(stopsOf(vm)).toBe(0);
});

test("where the picture does not tell, the registers do, once for each picture", async () => {
  const vm = await drawn("lines=250 dark=1");
  // In the dark there is no cursor to see, and so there is but one picture.
  const before = stopsOf(vm);
  expect(await vm.screen.text()).toBe(shown(250));
  expect(await vm.screen.text()).toBe(shown(250));
  expect(before).toBeGreaterThan(0);
  expect(stopsOf(vm)).toBe(before);
});

test("nobody sees that the guest was stopped: no event, no state, and no register", async () => {
  const vm = await drawn("lines=40");
  await monitor(vm, "o /b 0x3d4 0x11");
  const { cursor, text } = await vm.screen.sight(closely);
  expect(text?.rows[24]?.trimEnd()).toBe(">");
  expect(cursor).toEqual({ left: 18, top: 24 * 16 + 13, width: 9, height: 2 });
  expect(await monitor(vm, "i /b 0x3d4")).toContain("= 0x11");
  expect(stopsOf(vm)).toBe(1);
  expect(vm.qmp.events.map(({ event }) => event)).toEqual(["RESUME"]);
  expect(vm.state).toBe("running");
  expect((await vm.qmp.execute("query-status")).status).toBe("running");

  // A pause that comes in the middle lasts, and a paused guest stays paused.
  const looks = [1, 2, 3].map(() => vm.screen.sight(closely));
  await vm.pause();
  await Promise.all(looks);
  expect((await vm.screen.sight(closely)).cursor).toEqual(cursor);
  expect((await vm.qmp.execute("query-status")).status).toBe("paused");
  expect(vm.qmp.events.map(({ event }) => event)).toEqual(["RESUME", "STOP"]);
  await vm.resume();
  await matchers.toBeRunning({ isNot: false }, vm);
});

test("a guest that works with the registers finds them as it has left them", async () => {
  const vm = await start("lines=40 busy=1");
  await matchers.toShowText({ isNot: false }, vm.screen, shown(40), soon);
  for (let look = 0; look < 40; look += 1) await vm.screen.sight(closely);
  await vm.serial.write("?");
  await vm.serial.waitFor("all as written", soon);
  // It may switch itself off in the midst of a look.
  let isOver = false;
  const looking = (async () => {
    while (!isOver) await vm.screen.sight(closely);
  })();
  await vm.serial.write("q");
  await matchers.toPowerOff({ isNot: false }, vm, soon);
  isOver = true;
  await looking;
  expect((await vm.exited).kind).toBe("power-off");
});

/** A baseline in a directory of its own. */
function baselineOf(picture?: Picture, update: Baseline["update"] = "none"): Baseline {
  const path = join(temporaryDirectory(), "baseline.png");
  if (picture !== undefined) writeFileSync(path, encodePng(picture));
  return { path, name: "baseline", update };
}
const matches = (vm: Machine, baseline: Baseline, isNot = false) =>
  matchers.toMatchScreenshot({ isNot, baseline: () => baseline }, vm.screen, {
    timeoutMs: isNot ? undefined : soonMs,
  });

test("a cursor that blinks is no difference, but what stands under it is one", async () => {
  const vm = await start("lines=40 idle=1");
  await vm.screen.waitForText(shown(40), soon);
  const phases = await phasesOf(vm);
  expect(phases).toHaveLength(2);
  await vm.pause();
  const exact = phases.map((phase) => baselineOf(phase));
  for (const baseline of exact) await matches(vm, baseline);
  await vm.resume();
  for (const baseline of exact) {
    await matches(vm, baseline);
    const negated = await errorOf(matches(vm, baseline, true), AssertionError);
    expect(negated.message).toContain("but it does");
  }
  const other = await drawn("lines=40 mark=65");
  for (const baseline of exact) {
    const error = await errorOf(matches(other, baseline), GuestError);
    expect(error.message).toMatch(/\d+ of 288000 pixels differ/);
    await expect(matches(other, baseline, true)).resolves.toMatchObject({ pass: false });
  }
  // The same pixels in another cell are no cursor.
  const elsewhere = { ...(phases[0] as Picture), pixels: (phases[0] as Picture).pixels.slice() };
  for (const line of [13, 14]) {
    const from = 4 * (720 * line + 9 * 79);
    elsewhere.pixels.fill(0xaa, from, from + 4 * 9);
  }
  await errorOf(matches(await drawn("lines=40"), baselineOf(elsewhere)), GuestError);
});

test("a screen rests although its cursor blinks, and is not written anew for that", async () => {
  const vm = await start("lines=40 idle=1");
  await vm.screen.waitForText(shown(40), soon);
  const baseline = baselineOf(undefined, "all");
  await matches(vm, baseline);
  expect(existsSync(baseline.path)).toBe(true);
  for (const phase of await phasesOf(vm)) {
    writeFileSync(baseline.path, encodePng(phase));
    const { ino, mtimeMs } = statSync(baseline.path);
    await matches(vm, baseline);
    expect(statSync(baseline.path)).toMatchObject({ ino, mtimeMs });
  }
});
