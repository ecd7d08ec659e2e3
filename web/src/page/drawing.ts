// When the page draws. Where no graphics card helps, each picture costs a processor's time, and voice wants it more: nothing
// is drawn but what has changed, and levels only so often as an eye needs to follow a voice.

/** Draws what has changed, once a frame at most. */
export class Drawing {
  readonly #draw: () => void;
  #frame: number | null = null;
  #isStopped = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Something has changed. What is drawn while drawing takes the next frame. */
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

/** Draws levels for as long as the page can be seen. Returns what stops it. */
export function drawLevels(draw: () => void): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) draw();
  }, LEVELS_EVERY_MS);
  return () => clearInterval(timer);
}

/** Syllables come four to five times a second. */
const LEVELS_EVERY_MS = 1000 / 15;
