/** The programs that make boot media: none of them needs root or a loop device. */
import { HostError } from "../../evidence/index.ts";
import { installCommand, packagesOf } from "../../host/index.ts";
import { isOnPath } from "../../process/index.ts";

/** A program that is looked for under the names that distributions give it. */
export interface ImageTool {
  readonly names: readonly string[];
  /** Rows of the requirements that bring it. */
  readonly requirements: readonly string[];
  /** What it does here, for the message: "it makes …". */
  readonly purpose: string;
}

/** The name under which this computer has the tool. @throws `HostError` where it has none. */
export function findTool({ names, requirements, purpose }: ImageTool): string {
  const found = names.find((name) => isOnPath(name));
  if (found !== undefined) return found;
  throw new HostError(
    `install ${packagesOf(requirements).join(" and ")}: ${purpose}, and ${names.join(" or ")} is not on PATH`,
    { remedy: installCommand(requirements) },
  );
}
