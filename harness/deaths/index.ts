/**
 * What it is for: what guests say when they die, as tables of facts.
 * What comes in: lines of text.
 * What goes out: expressions for such lines, and what belongs to their message.
 */

import { ada } from "./ada.ts";
import { bao } from "./bao.ts";
import { bootLoaders } from "./boot-loaders.ts";
import { coreboot } from "./coreboot.ts";
import { cPlusPlus } from "./cplusplus.ts";
import type { Death } from "./death.ts";
import { dragonOs } from "./dragonos.ts";
import { edk2 } from "./edk2.ts";
import { espIdf } from "./esp-idf.ts";
import { glibc } from "./glibc.ts";
import { go } from "./go.ts";
import { haiku } from "./haiku.ts";
import { helenOs } from "./helenos.ts";
import { illumos } from "./illumos.ts";
import { includeOs } from "./include-os.ts";
import { jailhouse } from "./jailhouse.ts";
import { l4 } from "./l4.ts";
import { linux } from "./linux.ts";
import { mach } from "./mach.ts";
import { mbedOs } from "./mbed-os.ts";
import { nim } from "./nim.ts";
import { nuttx } from "./nuttx.ts";
import { opTee } from "./op-tee.ts";
import { openSbi } from "./opensbi.ts";
import { osv } from "./osv.ts";
import { phoenix } from "./phoenix-rtos.ts";
import { pintos } from "./pintos.ts";
import { rCore } from "./rcore.ts";
import { reactOs } from "./reactos.ts";
import { riot } from "./riot.ts";
import { rtThread } from "./rt-thread.ts";
import { rtems } from "./rtems.ts";
import { rust } from "./rust.ts";
import { sanitizers } from "./sanitizers.ts";
import { seL4 } from "./sel4.ts";
import { serenity } from "./serenity.ts";
import { solo5 } from "./solo5.ts";
import { theseus } from "./theseus.ts";
import { trustedFirmware } from "./trusted-firmware.ts";
import { uBoot } from "./u-boot.ts";
import { unikraft } from "./unikraft.ts";
import { unix } from "./unix.ts";
import { unknownFaults } from "./unknown-faults.ts";
import { unknownPanics } from "./unknown-panics.ts";
import { xen } from "./xen.ts";
import { zCore } from "./zcore.ts";
import { zephyr } from "./zephyr.ts";

export type { Death, Reason } from "./death.ts";
export { endOfFirstMark, isMarkAt, marksIn, markWords } from "./marks.ts";

/** Every row of every table; of two that find the same line the first is asked. */
export const deaths: readonly Death[] = [
  ...linux,
  ...rust,
  ...pintos,
  ...rCore,
  ...zCore,
  ...unix,
  ...illumos,
  ...mach,
  ...edk2,
  ...uBoot,
  ...openSbi,
  ...trustedFirmware,
  ...opTee,
  ...coreboot,
  ...bootLoaders,
  ...xen,
  ...jailhouse,
  ...bao,
  ...seL4,
  ...l4,
  ...zephyr,
  ...nuttx,
  ...rtems,
  ...riot,
  ...rtThread,
  ...espIdf,
  ...mbedOs,
  ...phoenix,
  ...helenOs,
  ...haiku,
  ...serenity,
  ...reactOs,
  ...dragonOs,
  ...osv,
  ...solo5,
  ...includeOs,
  ...unikraft,
  ...theseus,
  ...cPlusPlus,
  ...go,
  ...ada,
  ...nim,
  ...glibc,
  ...sanitizers,
  ...unknownPanics,
  ...unknownFaults,
];

/**
 * What well-known systems print when they die, and what unknown ones mostly do. `failOn` replaces
 * the list; spread it to add to it: `failOn: [...fatalPatterns, /my panic/]`.
 */
export const fatalPatterns: readonly RegExp[] = deaths.map(({ pattern }) => pattern);

const rows = new Map(deaths.map((death) => [death.pattern, death]));

/** The row of a pattern of ours; `undefined` for any other. */
export function deathOf(pattern: string | RegExp): Death | undefined {
  return typeof pattern === "string" ? undefined : rows.get(pattern);
}
