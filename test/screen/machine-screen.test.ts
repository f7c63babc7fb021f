/** Guests that draw on a screen, type and point: with real kernels. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { expect, test, vi } from "vitest";
import {
  AssertionError,
  GuestError,
  SpecError,
  TimeoutError,
} from "../../harness/evidence/index.ts";
import { matchers } from "../../harness/matchers/index.ts";
import { decodePng } from "../../harness/screen/index.ts";
import { kernelPath } from "../../kernels/build.ts";
import { boot, errorOf, soonMs, useKernels } from "../machine/machines.ts";

useKernels("hello", "idle", "keyboard", "mouse", "vga-graphics", "vga-text");
vi.setConfig({ testTimeout: 80_000 });

const soon = { timeoutMs: soonMs };
const call = { isNot: false };
const start = (name: string, commandLine = "") =>
  boot({ kernel: kernelPath(name, "i386"), commandLine, accelerator: "tcg" });

test("what stands on a text screen, in which colours, and as a picture", async () => {
  // A busy host takes its time for a look.
  const vm = await start("vga-text", "seconds=4");
  await matchers.toShowText(call, vm.screen, /ready in \d s/, soon);
  await matchers.toShowText(call, vm.screen, "Ready.", soon);
  expect(await vm.screen.text()).toBe(" First OS\n\n\n\n╔═ Ready. ═╗");
  const cells = await vm.screen.cells();
  expect(cells[0]?.[1]).toEqual({ character: "F", foreground: 0, background: 7, blink: false });
  expect(cells).toHaveLength(25);
  expect(cells[0]).toHaveLength(80);
  const { height, path, width } = await vm.screen.capture();
  expect([width, height]).toEqual([720, 400]);
  expect(path).toBe(`${vm.record().directory}/screen-1.png`);
  expect(decodePng(readFileSync(path))).toMatchObject({ width: 720, height: 400 });
  expect(vm.record().files.map(({ name }) => name)).toContain("screen-1.png");
  for (const name of ["../x", "/tmp/x", "a\\b", "", "..", "???", "a\0b", "a\nb", "menu.png"]) {
    const error = await errorOf(vm.screen.capture(name), SpecError);
    expect(error.message).toMatch(/^name: got ".*", takes a name such as "after the boot"/);
  }
  const names = ["起動 画面", "起動-画面", "screen", "Screen", "nul", "長".repeat(300), "screen-1"];
  const paths: string[] = [];
  for (const name of names) paths.push((await vm.screen.capture(name)).path);
  expect(new Set(paths.map((one) => one.toLowerCase())).size).toBe(names.length);
  for (const one of paths) expect(dirname(one)).toBe(vm.record().directory);
  expect(basename(paths[0] ?? "")).toBe("起動-画面.png");
  expect((await vm.screen.capture("screen")).path).toBe(paths[2]);
  await matchers.toShowText({ isNot: true }, vm.screen, "ready in");
  const shown = matchers.toShowText({ isNot: true }, vm.screen, "Ready");
  expect((await errorOf(shown, AssertionError)).message).toContain("but it does");
  // A kernel that has said all and halts is a pass.
  await vm.verdict.checkAlive();
});

test("what SeaBIOS wrote before the guest does not count, and the failure says so", async () => {
  const machine = "pc";
  const vm = await boot({ kernel: kernelPath("idle", "i386"), machine, display: "std" });
  await vm.serial.waitFor("idle", soon);
  expect(await vm.screen.text()).toContain("Booting from ROM...");
  const short = { timeoutMs: 500 };
  const error = await errorOf(vm.screen.waitForText("Boot", short), TimeoutError);
  expect(error.message).toContain(
    '\n  only the firmware\'s own row has it, which does not count: "Booting from ROM..."\n',
  );
  await matchers.toShowText({ isNot: true }, vm.screen, "SeaBIOS");
  // A failed wait for the screen shows it, also where the guest has printed on a port.
  expect(error.message).toMatch(/serial0, last.*\n {4}\| idle/);
  expect(error.message).toMatch(/ {2}the screen:\n[\s\S]*\| Booting from ROM\.\.\. +\|/);
  // Nobody has asked for it here.
  const elsewhere = await errorOf(vm.serial.waitFor("login: ", short), TimeoutError);
  expect(elsewhere.message).not.toContain("the screen");
});

test("a wait that nothing satisfies ends at once where the guest is dead, with the screen", async () => {
  const vm = await start("vga-text");
  const error = await errorOf(vm.screen.waitForText("login: ", soon), GuestError);
  expect(error.message).toMatch(/^dead halt: every started CPU is halted/);
  expect(error.message).toContain('while waiting for the screen to show "login: "');
  expect(error.message).toMatch(/ {2}the screen:\n {4}\+-+\+\n {4}\| {2}First OS +\|/);
  expect(error.message).toContain("| ╔═ Ready. ═╗ |");
  expect(existsSync(`${vm.record().directory}/screen.png`)).toBe(true);
});

test("a panic that only a screen shows fails waits and the test, and can be expected", async () => {
  const vm = await start("vga-text", "panic=1");
  const error = await errorOf(vm.screen.waitForText("First OS: login", soon), GuestError);
  expect(error.exit).toMatchObject({ kind: "panic", message: "Kernel panic: no init found" });
  expect(error.message).toContain('nearest line: " First OS"');
  const unexpected = await errorOf(vm.verdict.checkAlive(), GuestError);
  expect(unexpected.message).toMatch(/^panic: Kernel panic: no init found/);
  const expected = await start("vga-text", "panic=1");
  expect(
    await expected.verdict.waitForPanic((line) => line.includes("no init"), soon),
  ).toMatchObject({ kind: "panic", because: "the screen shows fatal output" });
  await expected.verdict.checkAlive();
});

test("a panic that only a screen shows is none of the clean ends that come after it", async () => {
  const vm = await start("vga-text", "panic=2");
  expect(await vm.exited).toMatchObject({ kind: "panic", message: "Kernel panic: no init found" });
});

test("a limit names the line that is nearest, and a machine without a screen what it lacks", async () => {
  const vm = await start("keyboard");
  const error = await errorOf(vm.screen.waitForText("Tape:", { timeoutMs: 700 }), TimeoutError);
  expect(error.message).toMatch(/^timed out after 700 ms \(timeoutMs\) waiting for the screen to/);
  expect(error.message).toContain('nearest line: "Type:"');
  const without = await boot("hello");
  expect(without.screen.exists).toBe(false);
  for (const use of [
    () => without.screen.capture(),
    () => without.screen.text(),
    () => without.screen.waitForText("x", soon),
    () => matchers.toMatchScreenshot(call, without.screen, "x"),
  ]) {
    expect((await errorOf(use(), SpecError)).message).toMatch(
      /^(display: is not there: this machine has no screen; give display: "std"|name: is missing)/,
    );
  }
});

test("typing: characters of two layouts, many of them, and keys together", async () => {
  const vm = await start("keyboard");
  await vm.screen.waitForText("Type:", soon);
  const line = "The quick brown fox: {jumps} over [2] 'lazy' dogs & ~$%^ <\\|> \"again\"!";
  await vm.keyboard.type(`${line}\n`);
  await vm.screen.waitForText(line, soon);
  const long = "abcdefghij".repeat(20);
  await vm.keyboard.type(long);
  const rows = [long.slice(0, 80), long.slice(80, 160), long.slice(160)].join("\n");
  await vm.screen.waitForText(rows, soon);
  // The guest takes the keyboard for a US one: where JIS has other keys, it shows others.
  await vm.keyboard.type('\n"@:', { layout: "jp" });
  await vm.screen.waitForText("\n@['", soon);
  const bad = await errorOf(vm.keyboard.type("naïve"), SpecError);
  expect(bad.message).toBe('text: has "ï", for which the layout "us" has no key');
  const unknown = await errorOf(vm.keyboard.press("ctrl-any"), SpecError);
  expect(unknown.message).toMatch(/^keys: got "ctrl-any", takes one key such as "a"/);
  const layout = { layout: "de" } as never;
  const foreign = await errorOf(vm.keyboard.type("a", layout), SpecError);
  expect(foreign.message).toBe('layout: got "de", takes "us" or "jp"');
  const mistaken = await errorOf(vm.keyboard.press("a", { Layout: "us" } as never), SpecError);
  expect(mistaken.message).toBe("Layout: is no option of this call; there is layout");
  await vm.keyboard.down("shift");
  await vm.keyboard.press("a");
  await vm.keyboard.up("shift");
  for (const key of ["B", "!", "shift-c", "-"]) await vm.keyboard.press(key);
  await vm.keyboard.press("^", { layout: "jp" });
  await vm.screen.waitForText("\n@['AB!C-=", soon);
  await vm.keyboard.press("ctrl-alt-delete");
  expect((await vm.exited).kind).toBe("reset");
});

test("the mouse moves and clicks; a place on the screen needs a tablet", async () => {
  const vm = await start("mouse");
  await vm.screen.waitForText("Move the mouse", soon);
  await vm.mouse.move(30, 12);
  await vm.screen.waitForText(/right {4}30 down {4}12 buttons {5}0/, soon);
  await vm.mouse.move(-50, -20);
  await vm.screen.waitForText(/right {3}-20 down {4}-8/, soon);
  await vm.mouse.down("right");
  await vm.screen.waitForText(/buttons {5}2/, soon);
  await vm.mouse.up("right");
  await vm.screen.waitForText(/buttons {5}0/, soon);
  const error = await errorOf(vm.mouse.moveTo(10, 10), SpecError);
  expect(error.message).toMatch(/^devices: have no tablet/);
});

test("before firmware has set a mode there is nothing to read, and it says how to wait", async () => {
  const kernel = kernelPath("idle", "aarch64");
  const vm = await boot({ kernel, display: "virtio" });
  const error = await errorOf(vm.screen.text(), SpecError);
  expect(error.message).toMatch(/^screen: shows nothing yet: neither firmware nor guest has set a/);
  const late = await errorOf(vm.screen.waitForText("x", { timeoutMs: 100 }), TimeoutError);
  expect(late.message).toContain("the screen shows nothing: neither firmware nor guest");
});

test("graphics have no text, but a picture", async () => {
  const vm = await start("vga-graphics");
  const box = { left: 200, top: 80, width: 40, height: 40 };
  const arrived = await vm.screen.waitFor(
    {
      phase: "the box to arrive",
      look: ({ picture, text }) => {
        const at = (box.top * picture.width + box.left + box.width - 1) * 4;
        return text === undefined && picture.pixels[at + 1] === 255 ? picture : undefined;
      },
    },
    soon,
  );
  expect([arrived.width, arrived.height]).toEqual([320, 200]);
  const error = await errorOf(vm.screen.text(), SpecError);
  expect(error.message).toMatch(/^screen: shows graphics \(320 × 200 pixels\), in which no text/);
});
