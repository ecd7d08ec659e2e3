// Names of players, rooms and sessions as they are shown: nothing in them is invisible, and none changes the order of what is beside it.

import { element } from "./dom.ts";

/** A name with every invisible character and every mark of writing direction spelled out, as in `\u{202e}`. */
export function visible(name: string): string {
  return name.replace(CANDIDATES, (found) => (isDrawn(found) ? found : spelled(found)));
}

/** A name within a sentence, a label or a list: what is written from right to left in it turns nothing around but itself. */
export function inText(name: string): string {
  const shown = visible(name);
  return RIGHT_TO_LEFT.test(shown) ? `\u2068${shown}\u2069` : shown;
}

/** Names one after the other. */
export function listed(names: readonly string[]): string {
  return names.map(inText).join(", ");
}

/** A name as an element of its own. */
export function nameElement(name: string): HTMLElement {
  return element("bdi", {}, visible(name));
}

/** The letter that stands for a player where there is no place for its name. */
export function initial(name: string): string {
  const letter = [...name].find((one) => /\S/u.test(one) && !INVISIBLE.test(one));
  return letter?.toLocaleUpperCase() ?? "?";
}

/** Only what is kept as a whole is longer than one character. */
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
/** What joiners and selectors are for: emoji (UTS 51), and letters whose shape they change (RFC 5892, appendix A). */
const EMOJI = String.raw`\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?`;
const JOINED = String.raw`[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]`;
const CANDIDATES = new RegExp(
  String.raw`${EMOJI}(?:\u200d${EMOJI})+|\p{Extended_Pictographic}\ufe0f|[0-9#*]\ufe0f\u20e3|${JOINED}(?:[\u200c\u200d]${JOINED})+|${INVISIBLE.source}`,
  "gu",
);
/** Letters and digits of scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
