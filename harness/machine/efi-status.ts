/** What an EFI application returned, from the words of firmware that is built from edk2. */

/**
 * Errors, without the bit that marks them, by number and name of the UEFI specification 2.10,
 * appendix D, and by what firmware prints for them (edk2, MdePkg/Library/BasePrintLib,
 * `mStatusString`), without regard to case.
 */
const errors: readonly (readonly [number: number, words: string, name: string])[] = [
  [1, "load error", "EFI_LOAD_ERROR"],
  [2, "invalid parameter", "EFI_INVALID_PARAMETER"],
  [3, "unsupported", "EFI_UNSUPPORTED"],
  [4, "bad buffer size", "EFI_BAD_BUFFER_SIZE"],
  [5, "buffer too small", "EFI_BUFFER_TOO_SMALL"],
  [6, "not ready", "EFI_NOT_READY"],
  [7, "device error", "EFI_DEVICE_ERROR"],
  [8, "write protected", "EFI_WRITE_PROTECTED"],
  [9, "out of resources", "EFI_OUT_OF_RESOURCES"],
  [10, "volume corrupt", "EFI_VOLUME_CORRUPTED"],
  [11, "volume full", "EFI_VOLUME_FULL"],
  [12, "no media", "EFI_NO_MEDIA"],
  [13, "media changed", "EFI_MEDIA_CHANGED"],
  [14, "not found", "EFI_NOT_FOUND"],
  [15, "access denied", "EFI_ACCESS_DENIED"],
  [16, "no response", "EFI_NO_RESPONSE"],
  [17, "no mapping", "EFI_NO_MAPPING"],
  [18, "time out", "EFI_TIMEOUT"],
  [19, "not started", "EFI_NOT_STARTED"],
  [20, "already started", "EFI_ALREADY_STARTED"],
  [21, "aborted", "EFI_ABORTED"],
  [22, "icmp error", "EFI_ICMP_ERROR"],
  [23, "tftp error", "EFI_TFTP_ERROR"],
  [24, "protocol error", "EFI_PROTOCOL_ERROR"],
  [25, "incompatible version", "EFI_INCOMPATIBLE_VERSION"],
  [26, "security violation", "EFI_SECURITY_VIOLATION"],
  [27, "crc error", "EFI_CRC_ERROR"],
  [28, "end of media", "EFI_END_OF_MEDIA"],
  [31, "end of file", "EFI_END_OF_FILE"],
  [32, "invalid language", "EFI_INVALID_LANGUAGE"],
  [33, "compromised data", "EFI_COMPROMISED_DATA"],
  [34, "ip address conflict", "EFI_IP_ADDRESS_CONFLICT"],
  [35, "http error", "EFI_HTTP_ERROR"],
];

/** What firmware does not print: it says nothing of a success. */
export const efiSuccess = "EFI_SUCCESS";

/** Neither success nor an error, which firmware passes over in silence: which one is not known. */
export const efiWarning = "a warning";

/**
 * The name of an error that firmware has printed: "EFI_NOT_FOUND". What has none is in hexadecimal
 * ("0x8000000000000063"), as firmware has it; other words stay as they are.
 */
export function efiErrorName(words: string): string {
  const known = errors.find(([, one]) => one === words.toLowerCase());
  if (known !== undefined) return known[2];
  return /^[\da-f]{8,16}$/i.test(words) ? `0x${words.toLowerCase()}` : words;
}

/**
 * The name of what the UEFI shell has as its last error. It drops the bit that tells an error from
 * a warning (ShellPkg/Application/Shell/Shell.c, RunShellCommand), and errors are what is returned.
 */
export function efiNameOfShellError(hexadecimal: string): string {
  const number = BigInt(hexadecimal) & ~(1n << 63n);
  if (number === 0n) return efiSuccess;
  const known = errors.find(([one]) => BigInt(one) === number);
  return known?.[2] ?? `0x${number.toString(16)}`;
}
