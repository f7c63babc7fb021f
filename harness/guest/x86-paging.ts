/** Whether a PC's page tables permit an access (Intel SDM volume 3, 4.3 to 4.6). */

/** Reads bytes at a physical address; `undefined` where that cannot be done. */
export type ReadPhysical = (address: bigint, count: number) => Promise<number[] | undefined>;

export type PageAccess = "reading" | "writing" | "executing";

interface Mode {
  readonly levels: number;
  readonly entryBytes: 4 | 8;
  readonly indexBits: number;
}

const bit = (number: number) => 1n << BigInt(number);
const [present, writable, user, large] = [bit(0), bit(1), bit(2), bit(7)];
const noExecute = bit(63);

/**
 * `true` where the tables forbid it, `false` where they permit it, or where there is no paging;
 * `undefined` where they cannot be read.
 */
export async function isForbidden(
  values: ReadonlyMap<string, bigint>,
  address: bigint,
  access: PageAccess,
  read: ReadPhysical,
): Promise<boolean | undefined> {
  const register = (name: string) => values.get(name) ?? 0n;
  const has = (name: string, number: number) => (register(name) & bit(number)) !== 0n;
  if (!has("cr0", 31)) return false;
  const mode = modeOf(has("cr4", 5), has("efer", 10), has("cr4", 12));
  const rights = await walk(
    mode,
    { root: register("cr3"), address, hasLarge: has("cr4", 4) },
    read,
  );
  if (rights === undefined || rights === "none") return rights === undefined ? undefined : true;
  const isUser = register("cpl") === 3n;
  if (isUser && !rights.user) return true;
  if (access === "writing") return !rights.writable && (isUser || has("cr0", 16));
  if (access !== "executing") return false;
  return (rights.noExecute && has("efer", 11)) || (!isUser && rights.user && has("cr4", 20));
}

function modeOf(isExtended: boolean, isLong: boolean, hasFive: boolean): Mode {
  if (!isExtended) return { levels: 2, entryBytes: 4, indexBits: 10 };
  return { levels: isLong ? (hasFive ? 5 : 4) : 3, entryBytes: 8, indexBits: 9 };
}

interface Rights {
  readonly writable: boolean;
  readonly user: boolean;
  readonly noExecute: boolean;
}

async function walk(
  { entryBytes, indexBits, levels }: Mode,
  { address, hasLarge, root }: { root: bigint; address: bigint; hasLarge: boolean },
  read: ReadPhysical,
): Promise<Rights | "none" | undefined> {
  // The root of three levels is aligned to 32 bytes, and its entries have no rights.
  let table = root & (levels === 3 ? 0xffff_ffe0n : 0x000f_ffff_ffff_f000n);
  const rights = { writable: true, user: true, noExecute: false };
  for (let level = levels; level > 0; level -= 1) {
    const shift = BigInt(12 + (level - 1) * indexBits);
    const index = (address >> shift) & BigInt(2 ** indexBits - 1);
    const bytes = await read(table + index * BigInt(entryBytes), entryBytes);
    if (bytes === undefined) return undefined;
    const entry = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    if ((entry & present) === 0n) return "none";
    if (levels !== 3 || level !== 3) {
      rights.writable &&= (entry & writable) !== 0n;
      rights.user &&= (entry & user) !== 0n;
      rights.noExecute ||= (entry & noExecute) !== 0n;
    }
    const isLarge = level > 1 && level < 4 && (entry & large) !== 0n;
    if (isLarge && (entryBytes === 8 || hasLarge)) break;
    table = entry & 0x000f_ffff_ffff_f000n;
  }
  return rights;
}
