/** The UEFI shell as a file: firmware has one, but not all of it starts that by itself. */
import { existsSync } from "node:fs";

/** Where Debian, Fedora and Arch have it. */
const shells: Readonly<Record<string, readonly string[]>> = {
  x86_64: [
    "/usr/share/efi-shell-x64/shellx64.efi",
    "/usr/share/edk2/ovmf/Shell.efi",
    "/usr/share/edk2-shell/x64/Shell.efi",
  ],
  aarch64: ["/usr/share/efi-shell-aa64/shellaa64.efi", "/usr/share/edk2-shell/aarch64/Shell.efi"],
  riscv64: ["/usr/share/efi-shell-riscv64/shellriscv64.efi"],
  loongarch64: ["/usr/share/efi-shell-loongarch64/shellloongarch64.efi"],
};

/** The path of this computer's shell for an architecture, or `undefined`. */
export function findUefiShell(arch: string): string | undefined {
  return shells[arch]?.find((path) => existsSync(path));
}
