import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  groupOf,
  hasVirtualisationFlag,
  openDevKvm,
  qemuArchitecture,
  stateByError,
} from "../../harness/host/host-description.ts";
import { describeHost } from "../../harness/host/index.ts";
import { temporaryDirectory } from "./temporary.ts";

const thisHost = await describeHost();

describe("the description of a host", () => {
  test("of this one is complete", () => {
    expect(thisHost.platform).toBe(process.platform);
    expect(thisHost.arch).not.toBe("");
    expect(thisHost.user).not.toBe("");
  });

  test.each([
    ["arm64", "aarch64"],
    ["aarch64", "aarch64"],
    ["i686", "i386"],
    ["armv7l", "arm"],
    ["x86_64", "x86_64"],
    ["riscv64", "riscv64"],
  ])("calls %s %s", (uname, expected) => {
    expect(qemuArchitecture(uname)).toBe(expected);
  });

  test.each([
    ["flags\t\t: fpu vmx sse\n", true],
    ["flags\t\t: fpu sse svm\n", true],
    ["flags\t\t: fpu hypervisor\nvmx flags\t: vnmi\n", false],
    ["model name\t: svm\n", false],
    ["", false],
  ])("reads %o as %s", (text, expected) => {
    expect(hasVirtualisationFlag(text)).toBe(expected);
  });

  // style-allow skip: only root may give a file to another group
  test.runIf(process.getuid?.() === 0)("finds the group that may use a device", () => {
    const directory = temporaryDirectory();
    const device = join(directory, "kvm");
    const groups = join(directory, "group");
    writeFileSync(device, "");
    writeFileSync(groups, "root:x:0:\nkvm-users:x:4107:ada,bob\n");
    chownSync(device, 0, 4107);
    chmodSync(device, 0o660);
    expect(groupOf(device, groups)).toBe("kvm-users");
    chmodSync(device, 0o600);
    expect(groupOf(device, groups), "the group may not").toBeUndefined();
    chmodSync(device, 0o660);
    chownSync(device, 0, 4108);
    expect(groupOf(device, groups), "without a name").toBeUndefined();
    chownSync(device, 0, 0);
    expect(groupOf(device, groups), "root's").toBeUndefined();
    expect(groupOf(join(directory, "nothing"), groups)).toBeUndefined();
  });

  test("tells a missing device from a closed one", () => {
    expect(openDevKvm("/nowhere/kvm")).toBe("absent");
    expect(openDevKvm("/dev/null")).toBe("usable");
    expect(["EACCES", "EPERM", "ENODEV", "ENXIO", undefined].map(stateByError)).toEqual([
      "denied",
      "denied",
      "absent",
      "absent",
      "absent",
    ]);
  });
});
