// Captions: what a player says, as text. They travel as text messages of the form that `crates/consonance/src/caption.rs` describes.

/** What a text message says, if it is a caption. */
export interface CaptionText {
  /** The name of the player that speaks. */
  readonly player: string;
  readonly text: string;
  /** False while the player goes on: the next caption about it replaces this one. */
  readonly isFinal: boolean;
}

/** Reads a text message; null if it is not a caption of one of these players. Of two names that fit, the longer one counts. */
export function readCaption(text: string, names: Iterable<string>): CaptionText | null {
  const before = [FINAL, PARTIAL].find((prefix) => text.startsWith(prefix));
  if (before === undefined) return null;
  const rest = text.slice(before.length);
  const player = [...names]
    .filter((name) => rest.startsWith(name + COLON))
    .reduce<string | null>((longest, name) => (name.length > (longest?.length ?? -1) ? name : longest), null);
  if (player === null) return null;
  return { player, text: rest.slice(player.length + COLON.length), isFinal: before === FINAL };
}

const FINAL = "[caption] ";
const PARTIAL = "[caption…] ";
const COLON = ": ";
