import { expect, test } from "vitest";
import { isOfSeaBios, withoutSeaBios } from "../../harness/screen/firmware-rows.ts";

test.each([
  "SeaBIOS (version 1.16.2-debian-1.16.2-1)",
  "SeaBIOS (version rel-1.16.3-0-ga6ed6b701f0a-prebuilt.qemu.org)          ",
  "Machine UUID 9a1b2c3d-0000-4000-8000-0123456789ab",
  "iPXE (http://ipxe.org) 00:03.0 CA00 PCI2.10 PnP PMM+06FD2FD0+06F32FD0 CA00",
  "iPXE (https://ipxe.org) 00:02.0 C980 PCI2.10 PnP PMM+07f92570+07ED2570 C980",
  "Press ESC for boot menu.",
  "Booting from ROM...",
  "Booting from Hard Disk...",
  "Booting from Floppy...",
  "Booting from DVD/CD...   ",
])("%j is SeaBIOS's", (row) => {
  expect(isOfSeaBios(row)).toBe(true);
});

test.each([
  "",
  "Booting",
  "Booting from ROM... done",
  "  Booting from ROM...",
  "Booting from network...",
  "HelloOS (version 1.16.2-debian-1.16.2-1)",
  "No bootable device.",
  "Boot failed: not a bootable disk",
  "iPXE 1.21.1 -- Open Source Network Boot Firmware -- http://ipxe.org",
  "Machine UUID unknown",
])("%j may be the guest's", (row) => {
  expect(isOfSeaBios(row)).toBe(false);
});

test("the other rows keep their places", () => {
  const rows = ["Booting from ROM...", "Boot ok", "", "SeaBIOS (version 1)"];
  expect(withoutSeaBios(rows)).toEqual(["", "Boot ok", "", ""]);
});
