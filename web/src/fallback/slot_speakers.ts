// Who speaks in which slot, as the control messages have it: a slot whose speaker has stopped waits for nothing more.

import type { ToPage } from "../voice/control.ts";

export class SlotSpeakers {
  private readonly players = new Map<number, number>();

  /** The slots that fall silent with this message. */
  silencedBy(message: ToPage): number[] {
    switch (message.type) {
      case "slot": {
        const before = this.players.get(message.slot);
        if (message.player === null) this.players.delete(message.slot);
        else this.players.set(message.slot, message.player);
        return before !== undefined && before !== message.player ? [message.slot] : [];
      }
      case "speaking":
        return message.speaking ? [] : this.slotsOf(message.id);
      case "left":
        return this.slotsOf(message.id);
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
