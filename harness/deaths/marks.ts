/**
 * Words one of which is in every line of a death. Nearly every line of a flood has none and gets no
 * closer look. Engines skip quickly what begins with none of a few letters, so that several short
 * expressions whose words begin alike cost a tenth of what one long list does.
 */

const words = {
  panic: "[aA](?:nic|NIC)",
  fatal: "[aA](?:tal|TAL)",
  fault: "[aA](?:ult|ULT)(?<!efault)",
  halt: "[aA](?:lted|LTED)",
  abort: "[aA](?:bort|BORT)",
  exception: "[xX](?:cept|CEPT)",
  assert: "[sS](?:sert|SERT)",
  bug: "BUG",
  count: "#\\d{1,2}\\]",
  handle: "o handle|[nN](?:handled|HANDLED)",
  trap: "[tT](?:rap|RAP)(?<!strap)",
  oops: "[oO](?:ops|OPS)",
  warning: "WARNING: ",
  stall: "ted stall|ted expedited|blocked for|LOCKUP",
  banner: "\\*\\*\\* |### ",
  sanitizer: "SAN: |anitizer: |runtime error",
  end: "terminat(?:e called|ing )|Current Version: N|GRUB has|handler, esr|MbedOS E|called fail|BAO ERR|CRASH: |L (?:ERR|CRA)",
} as const;

export type Mark = keyof typeof words;

/** All words, those together that begin alike. */
const searches = [
  /[aA](?:nic|NIC|tal|TAL|ult(?<!efault)|ULT|lted|LTED|bort|BORT)/g,
  /[xXsSB](?:cept|CEPT|sert|SERT|UG)/g,
  /[tToO](?: handle|rap(?<!strap)|RAP|ops|OPS)|[nN](?:handled|HANDLED)|WARNING: /g,
  /ted stall|ted expedited|blocked for|LOCKUP/g,
  /[#*](?:\d{1,2}\]|## |\*\* )/g,
  /SAN: |anitizer: |runtime error/g,
  /terminat(?:e called|ing )|Current Version: N|GRUB has|handler, esr|MbedOS E|called fail|BAO ERR|CRASH: |L (?:ERR|CRA)/g,
];

const each = (Object.keys(words) as Mark[]).map((mark) => ({
  mark,
  expression: new RegExp(words[mark]),
}));

/**
 * Finds one word after the other in a text. Each expression remembers where its next word is, so
 * that a text full of one word is not searched to its end for the others time and again.
 */
export class MarkSearch {
  readonly #text: string;
  readonly #next = searches.map(() => -1);

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the first word begins at `from` or behind it; -1 where there is none. */
  next(from: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (const [index, expression] of searches.entries()) {
      let at = this.#next[index] as number;
      if (at < from) {
        expression.lastIndex = from;
        at = expression.exec(this.#text)?.index ?? Number.POSITIVE_INFINITY;
        this.#next[index] = at;
      }
      first = Math.min(first, at);
    }
    return Number.isFinite(first) ? first : -1;
  }
}

/** Where the first word ends that begins at `from` or behind it; -1 where there is none. */
export function endOfFirstMark(text: string, from: number): number {
  let end = -1;
  let start = Number.POSITIVE_INFINITY;
  for (const expression of searches) {
    expression.lastIndex = from;
    const match = expression.exec(text);
    if (match === null || match.index >= start) continue;
    start = match.index;
    end = expression.lastIndex;
  }
  return end;
}

/** The words that a line has. */
export function marksIn(line: string): Mark[] {
  return each.filter(({ expression }) => expression.test(line)).map(({ mark }) => mark);
}
