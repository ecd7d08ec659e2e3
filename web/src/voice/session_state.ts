// The session's state, assembled from the server's messages: players, their rooms, speakers, and slots.

import type { Place, VoiceEvents } from "./api.ts";
import { readCaption } from "./caption.ts";
import type { ToPage } from "./control.ts";
import type { Players } from "./players.ts";

/** Raises an event. */
export type Emit = <K extends keyof VoiceEvents>(event: K, value: VoiceEvents[K]) => void;

/** What a slot plays. */
export interface SlotUse {
  /** A player's id; null while the slot is free. */
  readonly player: number | null;
  readonly positional: boolean;
  readonly amplitude: number;
}

/** The state of a session as far as this page knows it. */
export class SessionState {
  /** The rooms that the page listens to, or has requested. */
  readonly listening = new Set<string>();
  readonly slots: SlotUse[] = [];
  private readonly players: Players;
  private readonly emit: Emit;

  constructor(players: Players, emit: Emit) {
    this.players = players;
    this.emit = emit;
  }

  /** Handles messages about the session; returns false for those about the connection. */
  take(message: ToPage): boolean {
    return this.takeOfPlayers(message) || this.takeOfRooms(message) || this.takeOfOperator(message);
  }

  /** No voice is received without a link. */
  onLinkLost(): void {
    this.slots.length = 0;
    for (const player of this.players.byName.values()) {
      if (!player.speaking) continue;
      player.speaking = false;
      player.to = [];
      this.emit("speaking", player);
    }
  }

  private takeOfPlayers(message: ToPage): boolean {
    switch (message.type) {
      case "joined":
        this.players.doubt();
        this.slots.length = 0;
        // The rooms that it listens to follow.
        this.players.confirm(message.id, message.name, true, [...(this.players.self?.rooms ?? [])]);
        return true;
      case "roster":
        for (const { id, name } of this.players.dropUnconfirmed()) this.emit("left", { id, name });
        this.emit("roster", undefined);
        return true;
      case "player": {
        const player = this.players.confirm(message.id, message.name, message.self, message.rooms);
        // `joined` has announced the page's own player.
        if (!message.self) this.emit("player", player);
        return true;
      }
      case "left": {
        const player = this.players.remove(message.id);
        if (player !== undefined) this.emit("left", { id: player.id, name: player.name });
        return true;
      }
      case "placed": {
        const player = this.players.withId(message.id);
        if (player === undefined) return true;
        player.setTold(placeOf(message));
        this.emit("placed", player);
        return true;
      }
      case "speaking": {
        const player = this.players.withId(message.id);
        if (player === undefined) return true;
        player.speaking = message.speaking;
        player.to = message.to;
        this.emit("speaking", player);
        return true;
      }
      case "slot":
        this.slots[message.slot] = message;
        return true;
      default:
        return false;
    }
  }

  private takeText({ name, to, text }: Extract<ToPage, { type: "text" }>): void {
    const caption = readCaption(text, this.players.byName.keys());
    if (caption === null) this.emit("text", { name, to, text });
    else this.emit("caption", { ...caption, by: name, to });
  }

  private takeOfRooms(message: ToPage): boolean {
    switch (message.type) {
      case "entered":
      case "exited": {
        const player = this.players.withId(message.id);
        if (message.type === "entered") player?.rooms.add(message.room);
        else player?.rooms.delete(message.room);
        this.emit(message.type, { name: message.name, room: message.room });
        return true;
      }
      case "roomFull":
        if (message.to === "listen") this.listening.delete(message.room);
        this.emit("roomFull", { room: message.room, to: message.to });
        return true;
      case "removedFromRoom":
        this.listening.delete(message.room);
        this.emit("removedFromRoom", { room: message.room });
        return true;
      case "moved":
        this.listening.delete(message.from);
        this.listening.add(message.to);
        this.emit("moved", { from: message.from, to: message.to });
        return true;
      case "roomRights":
        this.emit("roomRights", { room: message.room, mayListen: message.listen, maySpeak: message.speak });
        return true;
      default:
        return false;
    }
  }

  private takeOfOperator(message: ToPage): boolean {
    switch (message.type) {
      case "text":
        this.takeText(message);
        return true;
      case "textRateLimited":
        this.emit("textRateLimited", { waitMs: message.waitMs });
        return true;
      case "restricted":
        this.emit("restricted", {
          restriction: message.restriction,
          lifted: message.terms === null,
          endsInMs: message.terms?.endsInMs ?? null,
          reason: message.terms?.reason ?? "",
        });
        return true;
      case "recorded":
        this.emit("recorded", { isWhole: message.whole, lastMs: message.lastMs });
        return true;
      case "closing":
        this.emit("closing", message.cancelled ? null : { inMs: message.inMs ?? 0, redirect: message.redirect });
        return true;
      case "problem":
        this.emit("problem", { message: message.message });
        return true;
      default:
        return false;
    }
  }
}

function placeOf({ x, y, z }: { x: number | null; y: number | null; z: number | null }): Place | null {
  return x === null || y === null || z === null ? null : { x, y, z };
}
