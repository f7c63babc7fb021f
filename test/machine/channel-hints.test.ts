/** What a failed wait says of the other channels, and when it says nothing. */
import { describe, expect, test } from "vitest";
import {
  type ChannelFacts,
  channelHints,
  type PortFacts,
} from "../../harness/machine/channel-hints.ts";

const serial0: PortFacts = { name: "serial0", kind: "serial", hasPrinted: false, found: undefined };
const talking: PortFacts = { ...serial0, hasPrinted: true };
const blank = { hasText: false, found: undefined };

/** A PC whose only port is silent. */
function facts(change: Partial<ChannelFacts> = {}): ChannelFacts {
  return {
    channel: "serial0",
    ports: [serial0],
    screen: blank,
    isWell: true,
    arch: "x86_64",
    machineType: "pc",
    isa: true,
    hasDebugConsole: false,
    serialPorts: 4,
    linuxCommandLine: undefined,
    semihostingCall: undefined,
    ...change,
  };
}
const port = (name: string, kind: PortFacts["kind"], found?: string): PortFacts => {
  return { name, kind, hasPrinted: true, found };
};
const linux = (linuxCommandLine: string, change: Partial<ChannelFacts> = {}) =>
  facts({ linuxCommandLine, ...change });
const arm = { arch: "aarch64", machineType: "virt", isa: false, serialPorts: 1 };
const found = { hasText: true, found: " login:  " };

describe("the text is elsewhere", () => {
  test.each<[string, ChannelFacts, string[]]>([
    [
      "on the screen",
      facts({ screen: found }),
      ['serial0 printed nothing; the screen shows it: " login:" (vm.screen)'],
    ],
    [
      "on the screen, of a port that talks",
      facts({ ports: [talking], screen: found }),
      ['serial0 has not got it; the screen shows it: " login:" (vm.screen)'],
    ],
    [
      "on the debug console",
      facts({ ports: [serial0, port("debug-console", "debug-console", "ready")] }),
      ['serial0 printed nothing; debug-console has printed it: "ready" (vm.debugConsole)'],
    ],
    [
      "by semihosting",
      facts({ ports: [serial0, port("semihosting", "semihosting", "ready")] }),
      ['serial0 printed nothing; semihosting has printed it: "ready" (vm.semihosting)'],
    ],
    [
      "on the second UART, seen from a terminal",
      facts({ channel: "serial0's terminal", ports: [serial0, port("log", "serial", "ready")] }),
      ['serial0 printed nothing; log has printed it: "ready" (vm.serialPort("log"))'],
    ],
    [
      "on a port, and not on the screen",
      facts({ channel: "the screen", ports: [port("serial0", "serial", "ready")] }),
      ['the screen shows no text; serial0 has printed it: "ready" (vm.serial)'],
    ],
    [
      "said, if not just that",
      facts({ ports: [serial0, port("log", "serial")], screen: { ...blank, hasText: true } }),
      [
        'serial0 printed nothing; log has printed something (vm.serialPort("log"))',
        "serial0 printed nothing; the screen shows something (vm.screen)",
      ],
    ],
  ])("%s", (_, given, wanted) => {
    expect(channelHints(given)).toEqual(wanted);
  });
});

describe("what is switched off", () => {
  test("port 0xE9 and further UARTs, where the guest is silent", () => {
    expect(channelHints(facts())).toEqual([
      "serial0 printed nothing; if the kernel prints on port 0xE9, give debugConsole: true, and " +
        "read vm.debugConsole",
      "serial0 printed nothing; if the kernel prints on another of the 4 UARTs, name more of " +
        'them: serialPorts: ["serial0", "serial1"]',
    ]);
    expect(channelHints(facts({ hasDebugConsole: true, serialPorts: 1 }))).toEqual([]);
  });

  test("semihosting, also where nothing but an end was waited for", () => {
    const call = { ...arm, semihostingCall: "hlt 0xf000" };
    const advice = "the kernel's code has a semihosting call (hlt 0xf000), and semihosting is off";
    expect(channelHints(facts(call))[0]).toContain(`serial0 printed nothing; ${advice}`);
    const [line] = channelHints(facts({ ...call, channel: undefined, isWell: false }));
    expect(line).toContain(`the guest has printed nothing; ${advice}: give exitDevice: true`);
  });

  test.each<[string, ChannelFacts, string]>([
    ["none", linux("root=/dev/vda"), "no console="],
    ["that of a screen", linux("console=tty0 quiet"), "console=tty0"],
    ["one that only sounds like it", linux("noconsole=ttyS0"), "no console="],
    ["a PC's on Arm", linux("console=ttyS0,115200", arm), "console=ttyS0,115200"],
    ["a UART's on PowerPC", linux("console=ttyS0", { ...arm, arch: "ppc64" }), "console=ttyS0"],
  ])("Linux's console: %s", (_, given, has) => {
    const [line, ...more] = channelHints(given);
    expect(line).toContain(`serial0 printed nothing; Linux has ${has} in its command line`);
    expect(line).toMatch(/commandLine: "console=(ttyS0|ttyAMA0|hvc0)"$/);
    expect(more).toEqual([]);
  });
});

describe("nothing is said", () => {
  test.each<[string, ChannelFacts]>([
    ["of a port that talks", facts({ ports: [talking] })],
    ["of one that talks, whatever else talks", facts({ ports: [talking, port("log", "serial")] })],
    ["of its own text, which has come before", facts({ ports: [{ ...talking, found: "ready" }] })],
    [
      "of semihosting, where the port talks",
      facts({ ports: [talking], semihostingCall: "ebreak" }),
    ],
    ["of Linux, whose port talks", linux("quiet", { ports: [talking] })],
    ["of Linux with a console", linux("console=tty0 console=ttyS0,115200n8")],
    ["of Linux on Arm, by its device tree", linux("root=/dev/vda", arm)],
    ["of Linux on Arm, with its console", linux("console=ttyAMA0", arm)],
    [
      "of Linux with the UART of another board",
      linux("console=ttyS1", { ...arm, machineType: "raspi3b" }),
    ],
    ["of Linux where nobody knows its console", linux("", { arch: "or1k" })],
    ["of what is switched off, where the guest has died", facts({ isWell: false })],
    ["of a wait for an end", facts({ channel: undefined })],
    ["of a screen that is blank, of a silent guest", facts({ channel: "the screen" })],
    [
      "of a screen that talks",
      facts({ channel: "the screen", screen: { ...blank, hasText: true } }),
    ],
  ])("%s", (_, given) => {
    expect(channelHints(given)).toEqual([]);
  });
});
