/** Why an accelerator cannot be used, with the command that mends it. */
import { HostError } from "../evidence/index.ts";
import { converse } from "./ask.ts";
import { hardwareAccelerator, runsOnHost } from "./calibration.ts";
import type { HostDescription } from "./host-description.ts";
import type { QemuBinary } from "./qemu-facts.ts";
import { rememberHere } from "./remember.ts";

/** Why not, in one sentence, and what to do about it. */
export interface Refusal {
  readonly why: string;
  readonly remedy?: string;
}

/** Milliseconds that making an empty machine may take; it needs some 50. */
const probeLimitMs = 10_000;

const names: Readonly<Record<string, string>> = { kvm: "KVM", hvf: "HVF", tcg: "TCG" };

/** "KVM", "HVF", "TCG": as people write them. */
export function acceleratorName(accelerator: string): string {
  return names[accelerator] ?? accelerator;
}

/** What the host's description alone says against it; `undefined` if nothing does. Pure. */
export function refusalOf(
  accelerator: "kvm" | "hvf",
  arch: string,
  qemu: Pick<QemuBinary, "path" | "accelerators">,
  host: HostDescription,
): Refusal | undefined {
  const name = acceleratorName(accelerator);
  if (hardwareAccelerator(host) !== accelerator) {
    const home = accelerator === "kvm" ? "Linux" : "macOS";
    return { why: `${name} exists only on ${home}, and this host runs ${host.platform}` };
  }
  if (!runsOnHost(arch, host)) {
    return { why: `${name} runs only ${familyOf(host.arch)} guests on this host` };
  }
  if (!qemu.accelerators.includes(accelerator)) {
    return { why: `${qemu.path} is built without ${name}` };
  }
  if (accelerator === "kvm") return refusalOfDevice(host);
  if (host.hardwareVirtualisation) return undefined;
  return { why: "this Mac has no Hypervisor framework (sysctl kern.hv_support is not 1)" };
}

function refusalOfDevice(host: HostDescription): Refusal | undefined {
  switch (host.devKvm) {
    case "usable":
      return undefined;
    case "denied":
      return {
        why: `${host.user} may not open /dev/kvm`,
        remedy: grantOfDevice(host),
      };
    case "absent": {
      const module = host.arch === "x86_64" ? "kvm_intel || sudo modprobe kvm_amd" : "kvm";
      return {
        why:
          "there is no /dev/kvm: virtualisation is off in the firmware set-up, its kernel module " +
          "is not loaded, or a container was started without --device /dev/kvm",
        remedy: `sudo modprobe ${module}`,
      };
    }
  }
}

/** A group lasts; the mode of the device is set anew at every boot. */
function grantOfDevice({ devKvmGroup: group, user }: HostDescription): string {
  const now = "sudo chmod 0666 /dev/kvm";
  if (group === undefined) return `${now}   (until the next boot: no group owns the device)`;
  const lasting = `sudo usermod -aG ${shellWord(group)} ${shellWord(user)}`;
  return `${lasting}   (then log in again; in CI, for this machine only: ${now})`;
}

/**
 * Whether the accelerator really makes a machine: the device may open and the kernel still
 * refuse, for instance because another hypervisor holds the CPU. A success is remembered for
 * this process.
 * @returns QEMU's own words where it does not.
 */
export async function probeAccelerator(
  accelerator: "kvm" | "hvf",
  qemu: QemuBinary,
  limitMs = probeLimitMs,
): Promise<string | undefined> {
  const asking = { path: qemu.path, namedBy: "the machine", limitMs };
  const succeeds = async () => {
    const conversation = await converse(asking, ["-accel", accelerator], []);
    if (conversation.answers !== undefined) return;
    throw new HostError(conversation.printed || `QEMU ${conversation.how}`);
  };
  try {
    await rememberHere(`probe ${accelerator} ${qemu.identity}`, succeeds);
    return undefined;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return error.message;
  }
}

function familyOf(hostArch: string): string {
  if (hostArch === "x86_64" || hostArch === "i386") return "x86";
  return hostArch === "aarch64" || hostArch === "arm" ? "Arm" : hostArch;
}

function shellWord(word: string): string {
  return /^[\w.-]+$/.test(word) ? word : "$USER";
}
