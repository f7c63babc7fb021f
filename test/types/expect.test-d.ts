/** What the compiler must say of `expect`: compiled by `tsc --noEmit`, and never run. */
import {
  type BringupAssertion,
  expect,
  type Machine,
  type MachineExit,
  type QmpClient,
  type SerialLine,
  type SerialPort,
} from "bringup";
import { assertType, expectTypeOf } from "vitest";

declare const vm: Machine;
declare const port: SerialPort;
declare const qmp: QmpClient;
const anything = JSON.parse("5");
declare const unknownThing: unknown;

/** Matchers are there for their receivers and for no other. */
export async function receivers(): Promise<void> {
  await expect(vm.serial).toPrint("Hello");
  await expect(port).toPrint(/Hello/, { timeoutMs: 5, failOn: ["oops", /bad/] });
  await expect(vm.debugConsole).toPrint("Hello");
  await expect(vm.serialPorts[1]).toPrint("Hello");
  await expect(port.terminal).toShowText(/menu/, { timeoutMs: 5, failOn: [] });
  // @ts-expect-error The screen of a port is its terminal.
  await expect(port).toShowText("menu");
  // @ts-expect-error A screen is a state, and prints nothing.
  await expect(port.terminal).toPrint("menu");
  // @ts-expect-error For how long to wait is timeoutMs.
  await expect(port.terminal).toShowText("menu", { forMs: 5 });
  await expect(vm).toEmitEvent("STOP");
  await expect(vm).toEmitEvent("STOP", { timeoutMs: 5, clock: "host" });
  await expect(qmp).toEmitEvent("STOP");
  // @ts-expect-error A number prints nothing.
  await expect(5).toPrint("5");
  // @ts-expect-error Neither does a string.
  await expect("text").toPrint("text");
  // @ts-expect-error A machine has ports, and they print.
  await expect(vm).toPrint("Hello");
  // @ts-expect-error A port does not end.
  await expect(port).toExit();
  // @ts-expect-error A promise of a machine is none.
  await expect(Promise.resolve(vm)).toPowerOff();
  // @ts-expect-error The QMP client is not the machine.
  await expect(qmp).toBeRunning();
  // @ts-expect-error Nothing is known of it.
  await expect(unknownThing).toPrint("Hello");
  // @ts-expect-error There is nothing.
  await expect(undefined).toPrint("Hello");
  expectTypeOf(expect(port).toPrint("Hello")).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error The options have no such field.
  await expect(port).toPrint("Hello", { timeout: 5 });
  // @ts-expect-error For how long to wait is timeoutMs.
  await expect(port).toPrint("Hello", { forMs: 5 });
}

/** A negated matcher needs to know until when. */
export async function negated(): Promise<void> {
  await expect(port).not.toPrint("panic", { until: "exit" });
  await expect(port).not.toPrint("panic", { until: /login: $/, timeoutMs: 10 });
  await expect(port).not.toPrint("panic", { forMs: 500 });
  await expect(vm).not.toPowerOff({ forMs: 500 });
  await expect(vm).not.toReset({ forMs: 500 });
  await expect(vm).not.toPanic({ forMs: 500 });
  await expect(vm).not.toExit({ kind: "panic" }, { forMs: 500 });
  await expect(vm).not.toEmitEvent("STOP", { forMs: 500 });
  await expect(vm).not.toBeRunning();
  await expect(port.terminal).not.toShowText("menu");
  await expect(port.terminal).not.toShowText("menu", { forMs: 5 });
  // @ts-expect-error It does not say until when.
  await expect(port).not.toPrint("panic");
  // @ts-expect-error Neither does this.
  await expect(port).not.toPrint("panic", { timeoutMs: 5 });
  // @ts-expect-error Two moments are one too many.
  await expect(port).not.toPrint("panic", { forMs: 5, until: "exit" });
  // @ts-expect-error It does not say for how long.
  await expect(vm).not.toPowerOff();
  // @ts-expect-error Neither does this.
  await expect(vm).not.toEmitEvent("STOP");
}

/** The fields of an exit depend on its kind. */
export async function exits(): Promise<void> {
  await expect(vm).toExit();
  await expect(vm).toExit({ kind: "debug-exit", status: 3 }, { timeoutMs: 100 });
  await expect(vm).toExit({ outcome: "skip" });
  await expect(vm).toExit({ kind: "watchdog", action: "reset" });
  await expect(vm).toExit({ kind: "panic", message: /no init/ });
  await expect(vm).toExit({ kind: "qemu-crash", signal: "SIGSEGV" });
  await expect(vm).toPanic(/no init/, { timeoutMs: 100 });
  // @ts-expect-error A power-off has no status.
  await expect(vm).toExit({ kind: "power-off", status: 3 });
  // @ts-expect-error Neither has it an outcome.
  await expect(vm).toExit({ kind: "power-off", outcome: "pass" });
  // @ts-expect-error There is no such outcome.
  await expect(vm).toExit({ outcome: "passed" });
  // @ts-expect-error There is no such kind.
  await expect(vm).toExit({ kind: "poweroff" });
  // @ts-expect-error A status is a number.
  await expect(vm).toExit({ kind: "debug-exit", status: "3" });
  const exit: MachineExit = await vm.exited;
  if (exit.kind === "debug-exit") expectTypeOf(exit.status).toEqualTypeOf<number>();
  // @ts-expect-error Only a debug-exit has a status.
  exit.status;
  await expect(vm).toHaveQmpState("paused");
  await expect(vm).toHavePciDevice({ vendorId: 0x8086, deviceId: 0x100e });
  await expect(vm).not.toHavePciDevice({ address: "00:1f.2" });
  // @ts-expect-error A vendor is a number.
  await expect(vm).toHavePciDevice({ vendorId: "8086" });
  // @ts-expect-error That is no field of a device.
  await expect(vm).toHavePciDevice({ vendor: 0x8086 });
  await expect(vm).toEmitEvent("RESET", { where: { guest: true }, since: vm.qmp.mark() });
  // @ts-expect-error That is no field of this event.
  await expect(vm).toEmitEvent("RESET", { where: { gust: true } });
}

/** All that vitest's own `expect` offers is still there. */
export async function vitestsOwn(): Promise<void> {
  expect(5).toBe(5);
  expect({ a: 1 }).toEqual(expect.objectContaining({ a: expect.any(Number) }));
  expect([1]).not.toContain(2);
  expect.soft(5).toBe(5);
  await expect.soft(port).toPrint("Hello");
  // @ts-expect-error A number prints nothing, softly or not.
  expect.soft(5).toPrint("5");
  await expect.poll(() => 5).toBe(5);
  expect.extend({ toBeOdd: () => ({ pass: true, message: () => "" }) });
  expect.assertions(1);
  expect.hasAssertions();
  expect.unreachable;
  await expect(Promise.resolve(5)).resolves.toBe(5);
  await expect(Promise.reject(5)).rejects.toBe(5);
  expect(vm).toBeDefined();
  expect(vm, "with a message").toBeDefined();
  expect(port.text).toMatchSnapshot();
  expect(anything).toBe(5);
  expect(unknownThing).toBe(5);
  assertType<BringupAssertion<SerialPort>>(expect(port));
}

/** What ports give has times, and lines can be looped over. */
export async function lines(): Promise<void> {
  for await (const line of port.lines({ timeoutMs: 5 }))
    expectTypeOf(line).toEqualTypeOf<SerialLine>();
  expectTypeOf((await port.waitFor("Hello")).atMs).toEqualTypeOf<number>();
  expectTypeOf(vm.serialPort("log")).toEqualTypeOf<SerialPort>();
  expectTypeOf(vm.startedAt).toEqualTypeOf<Date | undefined>();
}

/** Screens have matchers of their own. */
export async function screens(): Promise<void> {
  await expect(vm.screen).toShowText("Ready", { timeoutMs: 5 });
  await expect(vm.screen).not.toShowText("panic", { forMs: 5 });
  await expect(vm.screen).toMatchScreenshot("menu", { threshold: 0.2 });
  await expect(vm.screen).toMatchScreenshot({ mask: [{ left: 0, top: 0, width: 1, height: 1 }] });
  // @ts-expect-error A port has no picture.
  await expect(port).toMatchScreenshot();
  // @ts-expect-error A screen prints nothing.
  await expect(vm.screen).toPrint("x");
  // @ts-expect-error There is no such layout.
  await vm.keyboard.type("a", { layout: "fr" });
}
