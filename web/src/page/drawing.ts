// Schedules drawing. Without a graphics card, each frame costs processor time that voice needs more: only changes are
// drawn, and levels only as often as needed to follow a voice.

/** Draws changes, at most once per frame. */
export class Drawing {
  readonly #draw: () => void;
  #frame: number | null = null;
  #isStopped = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Something has changed. Changes made while drawing are drawn in the next frame. */
  request(): void {
    if (this.#isStopped) return;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
  }
}

/** Draws levels while the page is visible. Returns a function that stops it. */
export function drawLevels(draw: () => void): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) draw();
  }, LEVELS_EVERY_MS);
  return () => clearInterval(timer);
}

/** Syllables come four to five times a second. */
const LEVELS_EVERY_MS = 1000 / 15;
