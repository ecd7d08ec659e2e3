// What players say, as text under their names, for a while.

import type { VoiceEvents } from "../voice/index.ts";

export interface ShownCaption {
  /** The player that has written it down. */
  readonly by: string;
  readonly text: string;
}

export class Captions {
  readonly #redraw: () => void;
  readonly #shown = new Map<string, ShownCaption>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  show({ player, by, text }: VoiceEvents["caption"]): void {
    clearTimeout(this.#timers.get(player));
    this.#shown.set(player, { by, text });
    this.#timers.set(player, setTimeout(() => this.hide(player), SHOWN_MS + text.length * SHOWN_MS_PER_CHARACTER));
    this.#redraw();
  }

  of(player: string): ShownCaption | null {
    return this.#shown.get(player) ?? null;
  }

  hide(player: string): void {
    clearTimeout(this.#timers.get(player));
    this.#timers.delete(player);
    if (this.#shown.delete(player)) this.#redraw();
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#shown.clear();
  }
}

/** How long a caption stays, and longer for each character: about 15 characters are read in a second. */
const SHOWN_MS = 4000;
const SHOWN_MS_PER_CHARACTER = 65;
