/** Environment variables. An empty one counts as unset, here and so everywhere. */
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a variable; `undefined` where it is unset or empty. A shell script or a CI form that
 * leaves a value out sets an empty one. The XDG Base Directory Specification asks for the same.
 */
export function environmentValue(
  name: string,
  environment: Environment = process.env,
): string | undefined {
  return environment[name] || undefined;
}

/**
 * The user's directory of one kind: that of the variable `name`, else `fallback` in the home
 * directory. A relative one is ignored, as the XDG Base Directory Specification asks.
 */
export function userDirectory(
  name: "XDG_CACHE_HOME" | "XDG_CONFIG_HOME",
  fallback: string,
  environment: Environment = process.env,
): string {
  const configured = environmentValue(name, environment);
  if (configured !== undefined && isAbsolute(configured)) return configured;
  return join(environmentValue("HOME", environment) ?? accountDirectory(), fallback);
}

/** Node's `homedir()` takes an empty HOME as it is, and fails for users without an account. */
function accountDirectory(): string {
  try {
    return userInfo().homedir || "/";
  } catch {
    // Containers run with user ids that have no name. They can write nothing there.
    return "/";
  }
}
