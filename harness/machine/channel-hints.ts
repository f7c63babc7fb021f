/**
 * What a failed wait says of the guest's other channels: most of the time a guest that seems to be
 * silent talks where nobody listens. Pure.
 */

/** A port, and what matters of it here. */
import { quotedAfter } from "../text/index.ts";
export interface PortFacts {
  readonly name: string;
  readonly kind: "serial" | "debug-console" | "semihosting" | "device";
  readonly hasPrinted: boolean;
  /** The line in which it has printed what was waited for, whenever that was. */
  readonly found: string | undefined;
}

/** The screen, where there is one that can be seen. */
export interface ScreenFacts {
  /** Whether it shows text of the guest's own. */
  readonly hasText: boolean;
  /** The row in which it shows what was waited for. */
  readonly found: string | undefined;
}

export interface ChannelFacts {
  /** The channel that was waited on, if it was one: a port, its terminal, or the screen. */
  readonly channel: string | undefined;
  readonly ports: readonly PortFacts[];
  readonly screen: ScreenFacts | undefined;
  /** Whether the guest lives, or ended without dying: one that has died had no time to speak. */
  readonly isWell: boolean;
  readonly arch: string;
  readonly machineType: string;
  /** Whether the board has an ISA bus, where port 0xE9 is. */
  readonly isa: boolean;
  readonly hasDebugConsole: boolean;
  /** UARTs that the board can have. */
  readonly serialPorts: number;
  /** The command line of a Linux kernel; `undefined` for any other kernel. */
  readonly linuxCommandLine: string | undefined;
  /** The semihosting call in the kernel's code, where semihosting is off. */
  readonly semihostingCall: string | undefined;
}

/** Lines of advice, the surest first; none where nothing points to another channel. */
export function channelHints(facts: ChannelFacts): string[] {
  const found = foundElsewhere(facts);
  if (found.length > 0) return found;
  if (hasSpoken(facts)) return [];
  const elsewhere = spokenElsewhere(facts);
  if (elsewhere.length > 0) return elsewhere;
  const sure = [...semihosting(facts), ...linuxConsole(facts)];
  if (sure.length > 0) return sure.map((line) => `${lead(facts)}; ${line}`);
  return isPort(facts) && facts.isWell && facts.linuxCommandLine === undefined
    ? switchedOff(facts).map((line) => `${lead(facts)}; ${line}`)
    : [];
}

function foundElsewhere(facts: ChannelFacts): string[] {
  const { channel, ports, screen } = facts;
  const lines = ports.flatMap((port) => {
    if (port.found === undefined || isOf(channel, port)) return [];
    return [
      `${lead(facts)}; ${port.name} has printed it: ${shown(port.found)} (${accessTo(port, ports)})`,
    ];
  });
  if (screen?.found === undefined || channel === screenName) return lines;
  return [...lines, `${lead(facts)}; the screen shows it: ${shown(screen.found)} (vm.screen)`];
}

/** Where the guest has said something, while the channel has nothing. */
function spokenElsewhere(facts: ChannelFacts): string[] {
  const { channel, ports, screen } = facts;
  if (channel === undefined) return [];
  const others = ports.filter((port) => port.hasPrinted && !isOf(channel, port));
  const lines = others.map(
    (port) => `${port.name} has printed something (${accessTo(port, ports)})`,
  );
  if (channel !== screenName && screen?.hasText) {
    lines.push("the screen shows something (vm.screen)");
  }
  return lines.map((line) => `${lead(facts)}; ${line}`);
}

function semihosting({ semihostingCall }: ChannelFacts): string[] {
  if (semihostingCall === undefined) return [];
  return [
    `the kernel's code has a semihosting call (${semihostingCall}), and semihosting is off: give ` +
      "exitDevice: true, and read vm.semihosting",
  ];
}

/**
 * What Linux calls the UART of a board (Documentation/admin-guide/serial-console.rst, and the
 * drivers 8250, amba-pl011, sclp_tty). Others than x86 find it in the device tree without a word.
 */
const linuxConsoles: readonly (readonly [arch: RegExp, usual: string, own: RegExp])[] = [
  [/^(?:i386|x86_64)$/, "ttyS0", /^(?:ttyS|uart|hvc)/],
  [/^(?:arm|aarch64)$/, "ttyAMA0", /^(?:ttyAMA|ttyS|uart|pl011|hvc)/],
  [/^riscv/, "ttyS0", /^(?:ttyS|uart|hvc|sbi)/],
  [/^ppc64/, "hvc0", /^hvc/],
  [/^s390x$/, "ttysclp0", /^(?:ttysclp|sclp|hvc)/],
];

function linuxConsole({ arch, linuxCommandLine, machineType }: ChannelFacts): string[] {
  if (linuxCommandLine === undefined) return [];
  const consoles = [...linuxCommandLine.matchAll(/(?:^|\s)console=(\S+)/g)].map(([, name]) => name);
  const [, usual, own] = linuxConsoles.find(([archs]) => archs.test(arch)) ?? [];
  if (usual === undefined || own === undefined) return [];
  // A PL011 is no ttyS, though most advice on the web has that.
  const isOfPc = usual === "ttyAMA0" && machineType === "virt";
  const isNamed = consoles.some(
    (name = "") => own.test(name) && !(isOfPc && name.startsWith("ttyS")),
  );
  if (isNamed || (consoles.length === 0 && !/86/.test(arch))) return [];
  const given = consoles.length === 0 ? "no console=" : `console=${consoles.join(", console=")}`;
  return [
    `Linux has ${given} in its command line: its console on this machine's serial port is ` +
      `commandLine: "console=${usual}"`,
  ];
}

/** What a guest may have tried that this machine has not. */
function switchedOff({ hasDebugConsole, isa, ports, serialPorts }: ChannelFacts): string[] {
  const lines: string[] = [];
  if (isa && !hasDebugConsole) {
    lines.push(
      "if the kernel prints on port 0xE9, give debugConsole: true, and read vm.debugConsole",
    );
  }
  const named = ports.filter(({ kind }) => kind === "serial");
  if (serialPorts > named.length) {
    lines.push(
      `if the kernel prints on another of the ${serialPorts} UARTs, name more of them: ` +
        `serialPorts: [${namesOf(named.length + 1)}]`,
    );
  }
  return lines;
}

function namesOf(count: number): string {
  return Array.from({ length: count }, (_, index) => `"serial${index}"`).join(", ");
}

const screenName = "the screen";

function isPort({ channel }: ChannelFacts): boolean {
  return channel !== undefined && channel !== screenName;
}

/** Whether the channel has said something; of no certain channel, whether any has. */
function hasSpoken({ channel, ports, screen }: ChannelFacts): boolean {
  if (channel === screenName) return screen?.hasText ?? true;
  return ports.some((port) => port.hasPrinted && (channel === undefined || isOf(channel, port)));
}

function lead(facts: ChannelFacts): string {
  const { channel } = facts;
  if (channel === undefined) return "the guest has printed nothing";
  if (channel === screenName) {
    return hasSpoken(facts) ? "the screen does not show it" : "the screen shows no text";
  }
  return hasSpoken(facts) ? `${channel} has not got it` : `${portOf(channel)} printed nothing`;
}

/** "serial0's terminal" is one of serial0. */
function portOf(channel: string): string {
  return channel.replace(/'s terminal$/, "");
}

function isOf(channel: string | undefined, { name }: PortFacts): boolean {
  return channel !== undefined && portOf(channel) === name;
}

function accessTo({ kind, name }: PortFacts, ports: readonly PortFacts[]): string {
  if (name === ports.find((port) => port.kind === "serial")?.name) return "vm.serial";
  if (kind === "debug-console") return "vm.debugConsole";
  if (kind === "semihosting") return "vm.semihosting";
  return `vm.serialPort(${JSON.stringify(name)})`;
}

/** Characters of a line that are shown. */
const shownCharacters = 200;

function shown(line: string): string {
  return quotedAfter(line.trimEnd(), shownCharacters);
}
