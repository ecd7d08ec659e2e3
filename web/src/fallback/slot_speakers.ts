// Who speaks in which slot, as the control messages have it: a slot whose speaker has stopped waits for nothing more.
//
// Messages come before the voice that came in with them. So where somebody stops, a frame of theirs may follow; where
// somebody else has the slot from now on, all that follows is theirs.

import type { ToPage } from "../voice/control.ts";

export class SlotSpeakers {
  private readonly players = new Map<number, number>();

  /** The slots whose speakers have stopped with this message. */
  silencedBy(message: ToPage): number[] {
    if (message.type === "left" || (message.type === "speaking" && !message.speaking)) return this.slotsOf(message.id);
    return [];
  }

  /** The slots that are somebody else's with this message, or nobody's. */
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
