// Whether this is a phone or a tablet.

/** A device with touch and no mouse is assumed to have no keyboard. */
export function isTouchOnly(): boolean {
  return matchMedia("(any-pointer: coarse) and (not (any-pointer: fine))").matches;
}
