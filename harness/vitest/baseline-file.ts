/**
 * Which file is the baseline of a name. Readable names can meet: "a b" and "a-b", names in which a
 * file system ignores case. A baseline therefore says whose it is, and where the readable name is
 * somebody else's, the baseline has a hash in its name.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { noteOf } from "../screen/index.ts";
import {
  cutName,
  foldedName,
  hashedName,
  longestFileNameBytes,
  portableName,
  readableName,
} from "../store/index.ts";

const extension = ".png";
const mostBytes = longestFileNameBytes - extension.length;

/** A name, and where it is from: the test's own with a number, or one that the test has given. */
export interface BaselineName {
  readonly kind: "test" | "given";
  readonly name: string;
}

/** Whose the readable names are of which this process knows more than the files tell. */
const claims = new Map<string, string>();

/** What the baseline's file says of whose it is. */
export function ownerOf({ kind, name }: BaselineName): string {
  return `${kind} ${name}`;
}

/**
 * The name of the file in `directory`, without extension. It is the same in every run, whichever
 * tests it consists of, once the files are there.
 */
export function baselineFile(directory: string, wanted: BaselineName): string {
  const { name } = wanted;
  const readable = readableName(name);
  const plain = cutName(readable, mostBytes);
  const hashed = hashedName(name, mostBytes);
  const files = filesOf(directory);
  const key = join(directory, foldedName(plain));
  const isThere = files.includes(plain + extension);
  const isUnfit = plain !== readable || plain === "" || portableName(plain) !== plain;
  const isTaken =
    files.includes(hashed + extension) ||
    isOthers(claims.get(key), wanted) ||
    (isThere
      ? isOthers(noteIn(join(directory, plain + extension)), wanted)
      : isUnfit || files.some((file) => foldedName(file) === foldedName(plain + extension)));
  if (isTaken) return hashed;
  if (!claims.has(key)) claims.set(key, ownerOf(wanted));
  return plain;
}

/** A name that is a file's name means that file, also where a test has it by its own name. */
function isOthers(owner: string | undefined, wanted: BaselineName): boolean {
  if (owner === undefined || owner === ownerOf(wanted)) return false;
  const isFileName = wanted.kind === "given" && readableName(wanted.name) === wanted.name;
  return !(isFileName && owner.startsWith("test "));
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory).map((file) => file.normalize("NFC"));
  } catch {
    // No baseline yet; where the directory cannot be read, the baseline's own file says so.
    return [];
  }
}

/** A baseline that cannot be read is for the matcher to complain about. */
function noteIn(path: string): string | undefined {
  try {
    return noteOf(readFileSync(path));
  } catch {
    return undefined;
  }
}
