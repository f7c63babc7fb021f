import { describe, expect, test } from "vitest";
import {
  hasVirtualisationFlag,
  openDevKvm,
  qemuArchitecture,
  stateByError,
} from "../../harness/host/host-description.ts";
import { describeHost } from "../../harness/host/index.ts";

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
