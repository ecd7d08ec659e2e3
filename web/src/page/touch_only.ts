// Whether this is a phone or a tablet.

/** Where there is a finger and no mouse, there is no keyboard either, as far as can be known. */
export function isTouchOnly(): boolean {
  return matchMedia("(any-pointer: coarse) and (not (any-pointer: fine))").matches;
}
