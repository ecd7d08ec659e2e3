// What the server tells, put together: who is here, in which rooms, who speaks, who is in which slot.

import type { Place, VoiceEvents } from "./api.ts";
import type { ToPage } from "./control.ts";
import type { Players } from "./players.ts";

/** Tells who waits for it. */
export type Tell = <K extends keyof VoiceEvents>(event: K, value: VoiceEvents[K]) => void;

/** What a slot plays. */
export interface SlotUse {
  /** An id; null while it plays nobody. */
  readonly player: number | null;
  readonly positional: boolean;
  readonly amplitude: number;
}

/** The state of a session as far as this page is told. */
export class SessionState {
  /** The rooms that the page listens to, or has asked to. */
  readonly listening = new Set<string>();
  readonly slots: SlotUse[] = [];
  private readonly players: Players;
  private readonly tell: Tell;

  constructor(players: Players, tell: Tell) {
    this.players = players;
    this.tell = tell;
  }

  /** Takes the messages that are about the session; returns false for those that are about the connection. */
  take(message: ToPage): boolean {
    return this.takeOfPlayers(message) || this.takeOfRooms(message) || this.takeOfOperator(message);
  }

  /** No voice comes in while there is no link. */
  onLinkLost(): void {
    this.slots.length = 0;
    for (const player of this.players.byName.values()) {
      if (!player.speaking) continue;
      player.speaking = false;
      player.to = [];
      this.tell("speaking", player);
    }
  }

  private takeOfPlayers(message: ToPage): boolean {
    switch (message.type) {
      case "joined":
        this.players.doubt();
        this.slots.length = 0;
        // What it listens to follows.
        this.players.confirm(message.id, message.name, true, [...(this.players.self?.rooms ?? [])]);
        return true;
      case "roster":
        for (const { id, name } of this.players.dropUnconfirmed()) this.tell("left", { id, name });
        this.tell("roster", undefined);
        return true;
      case "player": {
        const player = this.players.confirm(message.id, message.name, message.self, message.rooms);
        // Of oneself `joined` has told.
        if (!message.self) this.tell("player", player);
        return true;
      }
      case "left": {
        const player = this.players.remove(message.id);
        if (player !== undefined) this.tell("left", { id: player.id, name: player.name });
        return true;
      }
      case "placed": {
        const player = this.players.withId(message.id);
        if (player === undefined) return true;
        player.setTold(placeOf(message));
        this.tell("placed", player);
        return true;
      }
      case "speaking": {
        const player = this.players.withId(message.id);
        if (player === undefined) return true;
        player.speaking = message.speaking;
        player.to = message.to;
        this.tell("speaking", player);
        return true;
      }
      case "slot":
        this.slots[message.slot] = message;
        return true;
      default:
        return false;
    }
  }

  private takeOfRooms(message: ToPage): boolean {
    switch (message.type) {
      case "entered":
      case "exited": {
        const player = this.players.withId(message.id);
        if (message.type === "entered") player?.rooms.add(message.room);
        else player?.rooms.delete(message.room);
        this.tell(message.type, { name: message.name, room: message.room });
        return true;
      }
      case "roomFull":
        if (message.to === "listen") this.listening.delete(message.room);
        this.tell("roomFull", { room: message.room, to: message.to });
        return true;
      case "removedFromRoom":
        this.listening.delete(message.room);
        this.tell("removedFromRoom", { room: message.room });
        return true;
      case "moved":
        this.listening.delete(message.from);
        this.listening.add(message.to);
        this.tell("moved", { from: message.from, to: message.to });
        return true;
      case "roomRights":
        this.tell("roomRights", { room: message.room, mayListen: message.listen, maySpeak: message.speak });
        return true;
      default:
        return false;
    }
  }

  private takeOfOperator(message: ToPage): boolean {
    switch (message.type) {
      case "text":
        this.tell("text", { name: message.name, to: message.to, text: message.text });
        return true;
      case "textRateLimited":
        this.tell("textRateLimited", { waitMs: message.waitMs });
        return true;
      case "restricted":
        this.tell("restricted", {
          restriction: message.restriction,
          lifted: message.terms === null,
          endsInMs: message.terms?.endsInMs ?? null,
          reason: message.terms?.reason ?? "",
        });
        return true;
      case "recorded":
        this.tell("recorded", { isWhole: message.whole, lastMs: message.lastMs });
        return true;
      case "closing":
        this.tell("closing", message.cancelled ? null : { inMs: message.inMs ?? 0, redirect: message.redirect });
        return true;
      case "problem":
        this.tell("problem", { message: message.message });
        return true;
      default:
        return false;
    }
  }
}

function placeOf({ x, y, z }: { x: number | null; y: number | null; z: number | null }): Place | null {
  return x === null || y === null || z === null ? null : { x, y, z };
}
