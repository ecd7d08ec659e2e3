// What stands behind the # of the page's address: `#lobby`, `#lobby&team`, or `#session/lobby&team`. Names only, so that a link can be shared.

export interface Address {
  /** Null where the server's first session is meant. */
  session: string | null;
  /** The rooms to listen and to talk to, in order, without repetition. */
  rooms: string[];
}

/** Reads a hash; what makes no sense in it is left out. */
export function readAddress(hash: string): Address {
  const text = hash.replace(/^#/, "");
  const slash = text.indexOf("/");
  const session = slash < 0 ? null : decode(text.slice(0, slash));
  const rooms = text
    .slice(slash + 1)
    .split("&", ROOMS_MAX)
    .map(decode)
    .filter(isRoomName);
  return { session, rooms: [...new Set(rooms)] };
}

/** The hash that `readAddress` understands, with its `#`; empty where there is nothing to say. */
export function writeAddress({ session, rooms }: Address): string {
  const text =
    (session === null ? "" : encodeURIComponent(session) + "/") +
    rooms.slice(0, ROOMS_MAX).map(encodeURIComponent).join("&");
  return text && "#" + text;
}

/** A name that a room can have: what the session's protocol carries. */
export function isRoomName(name: string | null): name is string {
  return name !== null && name.trim() !== "" && new TextEncoder().encode(name).length <= ROOM_NAME_MAX_BYTES;
}

/** How many rooms an address names at most. */
export const ROOMS_MAX = 16;
/** A room's name is at most this long, in bytes of UTF-8. */
const ROOM_NAME_MAX_BYTES = 128;

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null;
  }
}
