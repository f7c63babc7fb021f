/**
 * Makes every line end (LF, CR LF, LF CR, a bare CR, several CR, VT, FF) a "\n", and drops all
 * other control characters but the tab. A return at the beginning of a line goes nowhere.
 */

/** Control characters that leave nothing in the text, those of C1 included. */
const dropped = /[\x00-\x08\x0e-\x1f\x7f-\x9f]/g;

/** Incremental filter; the outcome does not depend on how the characters were cut. */
export class LineEnds {
  /** Nothing has been printed since the last line end: a return goes nowhere new. */
  #atLineStart = true;
  /** That line end was a return, and a line feed still belongs to it. */
  #afterReturn = false;

  /** Whether a line feed that comes next belongs to the line end before it. */
  get isAfterReturn(): boolean {
    return this.#afterReturn;
  }

  /** Text came in which every line end is a "\n" already. */
  pass(text: string): void {
    if (text !== "") this.#atLineStart = text.endsWith("\n");
  }

  write(characters: string): string {
    const text = characters.replace(dropped, "");
    let lines = "";
    let from = 0;
    const control = /[\n\v\f\r]/g;
    for (let found = control.exec(text); found !== null; found = control.exec(text)) {
      lines += this.#plain(text.slice(from, found.index)) + this.#endLine(found[0]);
      from = control.lastIndex;
    }
    return lines + this.#plain(text.slice(from));
  }

  #plain(text: string): string {
    if (text === "") return "";
    this.#atLineStart = false;
    this.#afterReturn = false;
    return text;
  }

  #endLine(control: string): string {
    const wasReturn = this.#afterReturn;
    const wasAtStart = this.#atLineStart;
    this.#atLineStart = true;
    if (control === "\r") {
      if (wasAtStart) return "";
      this.#afterReturn = true;
      return "\n";
    }
    this.#afterReturn = false;
    return control === "\n" && wasReturn ? "" : "\n";
  }
}
