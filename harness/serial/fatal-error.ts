/** What a wait says that fatal output has ended. */
import { GuestError } from "../evidence/index.ts";
import type { FatalOutput } from "./growing-output.ts";

/** The error of a wait that fatal output has ended. @param waited for what, with its port. */
export function fatalError(port: string, waited: string, output: FatalOutput): GuestError {
  const because = `${port} printed fatal output`;
  const exit = { kind: "panic", message: output.line.trim(), because } as const;
  return new GuestError(`while waiting for ${waited}`, exit);
}
