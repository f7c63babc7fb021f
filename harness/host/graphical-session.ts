/** Whether programs that are started here can open a window. */

/**
 * On Linux a window goes to the X or Wayland server that the environment names; other systems have
 * one of their own. Without any, QEMU's window ends QEMU ("gtk initialization failed").
 */
export function hasGraphicalSession(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): boolean {
  if (platform !== "linux") return true;
  return [environment.DISPLAY, environment.WAYLAND_DISPLAY].some((name) => Boolean(name));
}
