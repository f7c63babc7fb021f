/** Words of others that are too long to be shown whole: no cut is silent. */

/** The beginning of a text, and where there is more of it, how much. */
export function cutAfter(text: string, most: number): string {
  return cutTo(text.slice(0, most), text.length);
}

/** A part of a text of `length` characters, and where there are more, how many. */
export function cutTo(part: string, length: number): string {
  return `${part}${cutMark(part.length, length)}`;
}

/** The beginning of a text between quotes, and behind them, where there is more of it, how much. */
export function quotedAfter(text: string, most: number): string {
  const part = text.slice(0, most);
  return `${JSON.stringify(part)}${cutMark(part.length, text.length)}`;
}

function cutMark(shown: number, length: number): string {
  return length <= shown ? "" : `… (${length - shown} more characters)`;
}
