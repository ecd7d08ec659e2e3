// Tracks which speaker has which slot, from the control messages: a stopped speaker's slot needs no concealment.
//
// Control messages precede the voice received with them. After a stop, one of the speaker's frames may still follow;
// after a slot has been reassigned, all frames belong to the new speaker.

import type { ToPage } from "../voice/control.ts";

export class SlotSpeakers {
  private readonly players = new Map<number, number>();

  /** Slots whose speakers stopped with this message. */
  silencedBy(message: ToPage): number[] {
    if (message.type === "left" || (message.type === "speaking" && !message.speaking)) return this.slotsOf(message.id);
    return [];
  }

  /** Slots that this message reassigned or freed. */
  takenAwayBy(message: ToPage): number[] {
    switch (message.type) {
      case "slot": {
        const before = this.players.get(message.slot);
        if (message.player === null) this.players.delete(message.slot);
        else this.players.set(message.slot, message.player);
        return before !== undefined && before !== message.player ? [message.slot] : [];
      }
      case "joined": {
        const all = [...this.players.keys()];
        this.players.clear();
        return all;
      }
      default:
        return [];
    }
  }

  private slotsOf(id: number): number[] {
    return [...this.players].filter(([, player]) => player === id).map(([slot]) => slot);
  }
}
