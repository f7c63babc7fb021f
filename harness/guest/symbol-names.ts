/** Names of symbols as a person reads them, and those that name no function. Pure. */

/**
 * Labels that compilers and assemblers make: `.L…` (ELF's prefix of local labels, which RISC-V
 * keeps for its linker), marks of Arm and RISC-V (`$x`, `$d`; AAELF64 5.9.4), NASM's labels of a
 * macro (`..@3.loop`), and numbers of GNU as (`1` and a control character; "Symbol Names").
 */
const madeByTools = /^(?:\.L|\$|\.\.@|L?\d+[\x01\x02])/;

/** The same where the prefix is a bare `L`, which a function may have for a name of its own. */
const perhapsMadeByTools = /^L(?:BB|BE|C|FB|FE|VL|tmp|func_begin|func_end)?\d+(?:_\d+)*$/;

/** Whether a symbol marks a place within a function. A label has no type; a function has one. */
export function isLocalLabel(name: string, isFunction = false): boolean {
  return madeByTools.test(name) || (!isFunction && perhapsMadeByTools.test(name));
}

/** What older Rust writes for characters that no assembler takes (rustc-demangle, `legacy.rs`). */
const rustEscapes: Readonly<Record<string, string>> = {
  SP: "@",
  BP: "*",
  RF: "&",
  LT: "<",
  GT: ">",
  LP: "(",
  RP: ")",
  C: ",",
};

/**
 * A name of Rust without the hash at its end, whether or not a tool has demangled it before; any
 * other as it is. The newer scheme (`_R…`) has no hash; tools know it.
 */
export function readableName(name: string): string {
  const parts = partsOfMangled(name) ?? partsOfDemangled(name);
  return parts === undefined ? name : parts.map(withoutEscapes).join("::");
}

/** `_ZN`, each part behind its length, the last of which is the hash, and `E`. */
function partsOfMangled(name: string): string[] | undefined {
  let rest = /^_?_ZN(?=\d)/.test(name) ? name.replace(/^_?_ZN/, "") : "";
  const parts: string[] = [];
  for (;;) {
    const [digits] = /^\d{1,4}/.exec(rest) ?? [];
    if (digits === undefined) break;
    const end = digits.length + Number(digits);
    parts.push(rest.slice(digits.length, end));
    rest = rest.slice(end);
  }
  const isRust = /^E(?:\.llvm\.\w+)?$/.test(rest) && /^h[0-9a-f]{16}$/.test(parts.at(-1) ?? "");
  return isRust ? parts.slice(0, -1) : undefined;
}

function partsOfDemangled(name: string): string[] | undefined {
  const path = /^(.+)::h[0-9a-f]{16}(?: \(\.llvm\.\w+\)|\.llvm\.\w+)?$/s.exec(name)?.[1];
  return path === undefined ? undefined : [path];
}

function withoutEscapes(part: string): string {
  return part
    .replace(/(^|::)_\$/g, "$1$$")
    .replace(/\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$/g, (whole, code?: string, word?: string) => {
      if (word !== undefined) return rustEscapes[word] ?? whole;
      const point = Number.parseInt(code as string, 16);
      return point >= 0x20 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replaceAll("..", "::");
}
