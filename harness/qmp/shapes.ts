/** What the generated types are made of. */

/** One of the known values, or one that a newer QEMU has added. */
export type OpenEnum<Known extends string> = Known | (string & Record<never, never>);

/** For commands that take nothing, or answer nothing. */
export type QmpNothing = Record<string, never>;
