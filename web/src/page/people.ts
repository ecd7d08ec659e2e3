// Which player is listed under which room.

import type { Player } from "../voice/index.ts";

/** The fields of a player that grouping needs. */
export type ListedPlayer = Pick<Player, "name" | "isSelf" | "rooms">;

export interface RoomGroup<P extends ListedPlayer> {
  room: string;
  isListening: boolean;
  isTalking: boolean;
  /** The room's listeners: oneself first, then by name. */
  players: P[];
}

export interface People<P extends ListedPlayer> {
  /** The user's rooms, in the order in which they were added. */
  mine: RoomGroup<P>[];
  /** Rooms of other players only, by name. */
  others: RoomGroup<P>[];
  /** Players that listen to no room. */
  nowhere: P[];
}

/** The user's rooms, with those that are listened to and talked to. */
export interface MyRooms {
  mine: readonly string[];
  listening: readonly string[];
  talking: ReadonlySet<string>;
}

/** Groups players by the rooms that they listen to; a player in several rooms is listed in each. */
export function group<P extends ListedPlayer>(players: Iterable<P>, { mine, listening, talking }: MyRooms): People<P> {
  const all = [...players].sort(byName);
  const others = new Set(all.flatMap((player) => [...player.rooms]).filter((room) => !mine.includes(room)));
  const inRoom = (room: string): RoomGroup<P> => ({
    room,
    isListening: listening.includes(room),
    isTalking: talking.has(room),
    players: all.filter((player) => player.rooms.has(room)),
  });
  return {
    mine: mine.map(inRoom),
    others: [...others].sort(collator.compare).map(inRoom),
    nowhere: all.filter((player) => player.rooms.size === 0 && !player.isSelf),
  };
}

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

function byName(a: ListedPlayer, b: ListedPlayer): number {
  return Number(b.isSelf) - Number(a.isSelf) || collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}
