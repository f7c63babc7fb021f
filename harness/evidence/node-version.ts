/**
 * Looks at Node's version before anything else is loaded: on an older Node our dependencies die
 * while they load, of functions that are not there, and say nothing of the reason. This room comes
 * first in every entry, so that this module does.
 */
import { HostError } from "./errors.ts";

/** As in `engines` of package.json. */
export const oldestNode = "22.12";

/** @throws `HostError` if `version` ("v20.20.2") is older than `oldestNode`. */
export function checkNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split(".").map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new HostError(`install Node ${oldestNode} or newer: this is ${version}`, {
    remedy: "https://nodejs.org/en/download, or your version manager (nvm install 24)",
  });
}

checkNodeVersion(process.version);
