/** The board's own clock: when it starts, as a guest reads it. */
import { describe, expect, test } from "vitest";
import { SpecError } from "../../../harness/evidence/index.ts";
import { commandLine } from "../../../harness/machine/command-line.ts";
import { checkDevice } from "../../../harness/machine/devices/device-check.ts";
import { type MachineSpec, rtc, usb } from "../../../harness/machine/index.ts";
import { kernelPath } from "../../../kernels/build.ts";
import { boot, errorOf, soonMs, useKernels } from "../machines.ts";
import { planFor } from "../planned.ts";

useKernels("rtc");

async function timeOf(spec: MachineSpec): Promise<string> {
  const vm = await boot({ kernel: kernelPath("rtc", "i386"), machine: "pc", ...spec });
  const { text } = await vm.serial.waitFor(/^\S+\n/, { timeoutMs: soonMs });
  return text.trimEnd();
}

describe("a guest reads the time from which the clock starts", () => {
  test.each<[string, string | Date, string]>([
    ["to the second", "2038-01-19T03:14:00Z", "2038-01-19T03:14:"],
    ["of a day", "1999-12-31", "1999-12-31T00:00:"],
    ["of a Date", new Date(Date.UTC(2024, 1, 29, 23, 58, 0, 7)), "2024-02-29T23:58:"],
  ])("%s", async (_, startsAt, words) => {
    const time = await timeOf({ devices: [rtc({ startsAt })] });
    expect(time).toHaveLength("2038-01-19T03:14:00".length);
    expect(time.slice(0, -2)).toBe(words);
    // A minute that has just begun: a busy computer has that much time to start QEMU.
    expect(Number(time.slice(-2))).toBeLessThan(soonMs / 1_000);
  });

  test("the same each time by a virtual clock", async () => {
    const spec = {
      clock: "virtual",
      devices: [rtc({ startsAt: "2038-01-19T03:14:07Z" })],
    } as const;
    const times = [await timeOf(spec), await timeOf(spec)];
    expect(times[0]).toMatch(/^2038-01-19T03:14:0[78]$/);
    expect(times[1]).toBe(times[0]);
    expect(await timeOf({ clock: "virtual" })).toMatch(/^2026-01-01T00:00:0[01]$/);
  });
});

test("it is QEMU's -rtc, and no device of its own", async () => {
  const devices = [rtc({ startsAt: "2038-01-19T03:14:00Z" })];
  const paths = { directory: "/run", cpuLog: "/log" };
  const words = (spec: MachineSpec) => commandLine(planFor(spec, "pvh"), paths).join(" ");
  expect(words({ devices })).toContain(" -rtc base=2038-01-19T03:14:00 ");
  expect(words({ devices, clock: "virtual" })).toContain("-rtc base=2038-01-19T03:14:00,clock=vm ");
  expect(words({})).not.toContain("-rtc");
  const kernel = kernelPath("rtc", "i386");
  const spec = { kernel, machine: "pc", exitDevice: false, onReset: "continue" } as const;
  const vm = await boot({ ...spec, devices: [...devices, usb.keyboard()] });
  // The numbers of devices go by their places, and none is given twice.
  await vm.exited;
  expect(vm.record().reproduce).toContain("usb-kbd,id=device1");
});

describe("is refused", () => {
  test.each([
    "2038-01-19T03:14",
    "2026-02-30",
    "2026-13-01",
    "1969-12-31",
    "2038-01-19T03:14:00+01:00",
    "2038-01-19T24:14:00Z",
    "now",
    new Date("now"),
  ])("starting at %s", (startsAt) => {
    expect(() => checkDevice(rtc({ startsAt }), "devices[0]")).toThrow(
      /^devices\[0\]\.startsAt: got ".*", takes a moment from 1970 on in UTC, such as/,
    );
  });

  test("as another device, twice, later, or beside -rtc", async () => {
    const clock = rtc({ startsAt: "2038-01-19" });
    expect(() => checkDevice({ ...clock, model: "nvme" }, "device")).toThrow(
      'device.model: got "nvme", takes "rtc" where startsAt is given',
    );
    expect(() => checkDevice({ ...clock, id: "a" }, "device")).toThrow("device.id: is no field of");
    const kernel = kernelPath("rtc", "i386");
    const twice = await errorOf(boot({ kernel, devices: [clock, clock] }), SpecError);
    expect(twice.message).toBe("devices[1]: is a second clock beside devices[0]; leave one out");
    const qemuArguments = ["-rtc", "base=utc"];
    const both = await errorOf(boot({ kernel, devices: [clock], qemuArguments }), SpecError);
    expect(both.message).toMatch(
      /^qemuArguments\[0\]: -rtc collides .*; rtc\(\) among the devices/,
    );
    const vm = await boot({ kernel, machine: "pc" });
    const late = await errorOf(vm.attach(clock), SpecError);
    expect(late.message).toMatch(/^device\.startsAt: cannot be attached/);
  });
});
