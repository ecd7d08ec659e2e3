// A moderator's pending requests.

import type { ModerationAction, ModerationResult } from "./api.ts";
import type { FromPage } from "./control.ts";

export class ModerationRequests {
  private readonly open = new Map<number, (answer: ModerationResult) => void>();
  /** False if there is no connection. */
  private readonly say: (message: FromPage) => boolean;
  private lastId = 0;

  constructor(say: (message: FromPage) => boolean) {
    this.say = say;
  }

  ask(player: string, action: ModerationAction, reason: string): Promise<ModerationResult> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      this.open.set(id, resolve);
      if (!this.say({ type: "moderate", id, player, reason, ...action })) this.answer(id, "failed");
    });
  }

  answer(id: number, answer: ModerationResult): void {
    this.open.get(id)?.(answer);
    this.open.delete(id);
  }

  /** The connection is lost: no answers will come. */
  fail(): void {
    for (const id of [...this.open.keys()]) this.answer(id, "failed");
  }
}
