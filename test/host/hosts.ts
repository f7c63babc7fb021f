/** Computers that the tests are not run on. */
import type { HostDescription } from "../../harness/host/index.ts";

export const linuxLaptop: HostDescription = {
  platform: "linux",
  arch: "x86_64",
  devKvm: "usable",
  devKvmGroup: "kvm",
  hardwareVirtualisation: true,
  kernelRelease: "6.12.0",
  cpuModel: "Some CPU",
  user: "ada",
};

export const appleLaptop: HostDescription = {
  platform: "darwin",
  arch: "aarch64",
  devKvm: "absent",
  devKvmGroup: undefined,
  hardwareVirtualisation: true,
  kernelRelease: "25.0.0",
  cpuModel: "Apple M4",
  user: "ada",
};
