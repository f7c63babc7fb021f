/** What this computer offers an accelerator, as data, so that what follows from it is pure. */
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { cpus, machine, release, userInfo } from "node:os";
import { runToEnd } from "../process/index.ts";

/** This computer, or an invented one. Plain JSON. */
export interface HostDescription {
  readonly platform: string;
  /** As QEMU names architectures: "x86_64", "aarch64", "riscv64". */
  readonly arch: string;
  /** Linux: what opening `/dev/kvm` gave. Elsewhere "absent". */
  readonly devKvm: "usable" | "absent" | "denied";
  /** The group that may use `/dev/kvm`: distributions differ. `undefined` where there is none. */
  readonly devKvmGroup: string | undefined;
  /**
   * Whether the CPU lets a hypervisor run guests in hardware. On x86 that is the flag `vmx` or
   * `svm`, which a cloud guest has too where its provider allows nesting. Where it is missing,
   * `/dev/kvm` may still be there: some kernels bring a KVM that emulates.
   */
  readonly hardwareVirtualisation: boolean;
  readonly kernelRelease: string;
  readonly cpuModel: string;
  readonly user: string;
}

const sysctlLimitMs = 5_000;

/** Describes this computer. Never throws. */
export async function describeHost(): Promise<HostDescription> {
  const arch = qemuArchitecture(machine());
  return {
    platform: process.platform,
    arch,
    devKvm: process.platform === "linux" ? openDevKvm("/dev/kvm") : "absent",
    devKvmGroup: process.platform === "linux" ? groupOf("/dev/kvm", "/etc/group") : undefined,
    hardwareVirtualisation: await hasHardwareVirtualisation(arch),
    kernelRelease: release(),
    cpuModel: cpus()[0]?.model ?? "unknown",
    user: userName(),
  };
}

/** What opening the device says. */
export function openDevKvm(path: string): HostDescription["devKvm"] {
  try {
    closeSync(openSync(path, "r+"));
    return "usable";
  } catch (error) {
    return stateByError((error as NodeJS.ErrnoException).code);
  }
}

/** A device node without its module gives ENODEV or ENXIO: there is no KVM either. */
export function stateByError(code: string | undefined): "denied" | "absent" {
  return code === "EACCES" || code === "EPERM" ? "denied" : "absent";
}

/**
 * Name of the group that may read and write a device; `undefined` where it is no group's, or is
 * root's. @param database in the form of group(5).
 */
export function groupOf(device: string, database: string): string | undefined {
  try {
    const { gid, mode } = statSync(device);
    if (gid === 0 || (mode & 0o060) !== 0o060) return undefined;
    const line = new RegExp(`^([^:\\n]+):[^:\\n]*:${gid}:`, "m").exec(
      readFileSync(database, "utf8"),
    );
    return line?.[1];
  } catch {
    return undefined;
  }
}

/** QEMU's name of what uname(2) calls the machine. */
export function qemuArchitecture(unameMachine: string): string {
  if (unameMachine === "arm64") return "aarch64";
  if (/^i[3-6]86$/.test(unameMachine)) return "i386";
  if (/^armv[67]/.test(unameMachine)) return "arm";
  return unameMachine;
}

/** Reads `/proc/cpuinfo` of an x86 host (proc(5)). */
export function hasVirtualisationFlag(cpuInfo: string): boolean {
  return /^flags\s*:.*\b(vmx|svm)\b/m.test(cpuInfo);
}

async function hasHardwareVirtualisation(arch: string): Promise<boolean> {
  if (process.platform === "darwin") {
    // Apple's documented way to ask whether the Hypervisor framework works on this Mac.
    const options = { limitMs: sysctlLimitMs };
    const asked = await runToEnd("sysctl", ["-n", "kern.hv_support"], options);
    return asked.stdout.trim() === "1";
  }
  // Other architectures have KVM only where the CPU has the mode for it.
  if (arch !== "x86_64" && arch !== "i386") return true;
  try {
    return hasVirtualisationFlag(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers run with user ids that have no name.
    return `the user ${process.getuid?.() ?? "of this process"}`;
  }
}
