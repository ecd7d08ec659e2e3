// The hash of the page's address: `#lobby`, `#lobby&team`, or `#session/lobby&team`. Names only, so that a link can be shared.

export interface Address {
  /** Null for the server's default session. */
  session: string | null;
  /** The rooms to listen to and to talk to, in order, without duplicates. */
  rooms: string[];
}

/** Parses a hash; invalid parts are ignored. */
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

/** The hash for `readAddress`, with its `#`; empty if there is nothing to name. */
export function writeAddress({ session, rooms }: Address): string {
  const text =
    (session === null ? "" : encodeURIComponent(session) + "/") +
    rooms.slice(0, ROOMS_MAX).map(encodeURIComponent).join("&");
  return text && "#" + text;
}

/** Whether the protocol allows this as a room's name. */
export function isRoomName(name: string | null): name is string {
  return name !== null && name.trim() !== "" && new TextEncoder().encode(name).length <= ROOM_NAME_MAX_BYTES;
}

/** The maximum number of rooms in an address. */
export const ROOMS_MAX = 16;
/** The maximum length of a room's name, in bytes of UTF-8. */
const ROOM_NAME_MAX_BYTES = 128;

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null;
  }
}
