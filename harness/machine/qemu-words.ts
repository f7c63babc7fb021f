/** What QEMU prints on stderr: its complaints, and what is none. Pure. */

/** QEMU's first complaint that is not a warning, without its own name before it. */
export function firstErrorLine(stderr: string): string | undefined {
  return errorLines(stderr)[0];
}

/** QEMU's complaints that are no warnings, each without its own name before it. */
export function errorLines(stderr: string): string[] {
  return stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !isHarmless(line))
    .map((line) => line.replace(/^qemu-system-\w+: /, ""));
}

/**
 * Warnings, also of the dynamic linker and of GLib, and what minimal installs print about display
 * modules that nobody asked for.
 */
function isHarmless(line: string): boolean {
  if (/^ERROR: ld\.so: .* ignored\.$|-(?:WARNING|CRITICAL) \*\*: /.test(line)) return true;
  return /warning: |^ui-ui|^Unable to init server|^VNC server running|^audio: /.test(line);
}

/**
 * Whether QEMU gave up on a guest whose CPU would be in lockup (Armv7-M ARM, B1.5.15), and printed
 * its registers (QEMU, hw/intc/armv7m_nvic.c).
 */
export function saysLockup(stderr: string): boolean {
  return /^qemu: fatal: Lockup/m.test(stderr);
}
