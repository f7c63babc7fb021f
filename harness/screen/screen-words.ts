/** What messages say of a screen on which a text was looked for in vain. */
import { findOnScreen, nearestLine } from "../serial/index.ts";
import type { ScreenSight } from "./display.ts";
import { isOfSeaBios } from "./firmware-rows.ts";
import type { Picture } from "./picture.ts";
import { isPlaceholder } from "./placeholder.ts";

/** The end of a message that begins with "screen": why no text can be read. */
export function whyNoText(picture: Picture): string {
  if (isPlaceholder(picture)) {
    return (
      "shows nothing yet: neither firmware nor guest has set a mode; wait for what it is to show " +
      "(waitForText(), toShowText)"
    );
  }
  return (
    `shows graphics (${picture.width} × ${picture.height} pixels), in which no text can be read; ` +
    "use capture() or toMatchScreenshot(), or wait for text (waitForText(), toShowText) where a " +
    "text mode is still to come"
  );
}

/** What a failed wait for text says of the screen, in lines of its own. */
export function hintOf(sight: ScreenSight | undefined, pattern: string | RegExp): string {
  if (sight === undefined) return "";
  const { height, width } = sight.picture;
  if (isPlaceholder(sight.picture)) {
    return "\n  the screen shows nothing: neither firmware nor guest has set a mode";
  }
  if (sight.text === undefined) return `\n  the screen shows graphics: ${width} × ${height} pixels`;
  const ofFirmware = sight.text.rows.find(
    (row) => isOfSeaBios(row) && findOnScreen([row], pattern) !== undefined,
  );
  if (ofFirmware !== undefined) {
    const row = JSON.stringify(ofFirmware.trimEnd());
    return `\n  only the firmware's own row has it, which does not count: ${row}`;
  }
  const near = nearestLine(sight.text.rows, [pattern]);
  return near === undefined ? "" : `\n  nearest line: ${JSON.stringify(near.trimEnd())}`;
}
