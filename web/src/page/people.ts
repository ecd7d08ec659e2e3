// Who is shown where.

import type { Player } from "../voice/index.ts";

/** What grouping needs of a player. */
export type Somebody = Pick<Player, "name" | "isSelf" | "rooms">;

export interface RoomGroup<P extends Somebody> {
  room: string;
  isListening: boolean;
  isTalking: boolean;
  /** Those who listen there: oneself first, then by name. */
  players: P[];
}

export interface People<P extends Somebody> {
  /** My rooms, in the order in which I chose them. */
  mine: RoomGroup<P>[];
  /** Rooms where somebody is and I am not, by name. */
  others: RoomGroup<P>[];
  /** Those who listen to no room at all. */
  nowhere: P[];
}

/** The rooms that I chose, and what of them I hear and talk to. */
export interface MyRooms {
  mine: readonly string[];
  listening: readonly string[];
  talking: ReadonlySet<string>;
}

/** Groups players by the rooms that they listen to; somebody in several rooms stands in each. */
export function group<P extends Somebody>(players: Iterable<P>, { mine, listening, talking }: MyRooms): People<P> {
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

function byName(a: Somebody, b: Somebody): number {
  return Number(b.isSelf) - Number(a.isSelf) || collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}
