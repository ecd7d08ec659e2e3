// Names of players, rooms and sessions as shown: no character in them is invisible, and none reorders the text beside it.

import { element } from "./dom.ts";

/** A name with invisible characters and directional marks escaped, as in `\u{202e}`. */
export function visible(name: string): string {
  return name.replace(CANDIDATES, (found) => (isDrawn(found) ? found : spelled(found)));
}

/** A name within a sentence, a label or a list, isolated so that right-to-left text in it reorders nothing else. */
export function inText(name: string): string {
  const shown = visible(name);
  return RIGHT_TO_LEFT.test(shown) ? `\u2068${shown}\u2069` : shown;
}

/** A list of names. */
export function listed(names: readonly string[]): string {
  return names.map(inText).join(", ");
}

/** A name as an element of its own. */
export function nameElement(name: string): HTMLElement {
  return element("bdi", {}, visible(name));
}

/** The letter that represents a player without a place for its name. */
export function initial(name: string): string {
  const letter = [...name].find((one) => /\S/u.test(one) && !INVISIBLE.test(one));
  return letter?.toLocaleUpperCase() ?? "?";
}

/** Only an escape sequence is longer than one character. */
function isDrawn(found: string): boolean {
  return [...found].length > 1;
}

function spelled(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * Unicode's default-ignorable characters, among them joiners, fillers and all marks of writing direction; and controls, separators of
 * lines, the empty Braille pattern and annotations.
 */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\ufff9-\ufffb]/u;
/** The purpose of joiners and selectors: emoji (UTS 51), and letters whose shape they change (RFC 5892, appendix A). */
const EMOJI = String.raw`\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?`;
const JOINED = String.raw`[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]`;
const CANDIDATES = new RegExp(
  String.raw`${EMOJI}(?:\u200d${EMOJI})+|\p{Extended_Pictographic}\ufe0f|[0-9#*]\ufe0f\u20e3|${JOINED}(?:[\u200c\u200d]${JOINED})+|${INVISIBLE.source}`,
  "gu",
);
/** Letters and digits of right-to-left scripts. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
