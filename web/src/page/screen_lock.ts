// Keeps a phone's screen on while in the room: a dark screen suspends the page, and voice with it.

/** Whether this browser can keep the screen on. */
export function canKeepScreenOn(): boolean {
  return "wakeLock" in navigator;
}

export class ScreenLock {
  readonly #isWanted: () => boolean;
  readonly #onVisible = () => this.update();
  #lock: Promise<WakeLockSentinel | null> | null = null;

  constructor(isWanted: () => boolean) {
    this.#isWanted = isWanted;
    // The browser releases it whenever the page is hidden.
    document.addEventListener("visibilitychange", this.#onVisible);
  }

  /** Call after the setting may have changed. */
  update(): void {
    const isWanted = canKeepScreenOn() && !document.hidden && this.#isWanted();
    if (isWanted) this.#lock ??= this.#take();
    else this.#release();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#onVisible);
    this.#release();
  }

  async #take(): Promise<WakeLockSentinel | null> {
    // Refused when the battery is low, which the user knows.
    return navigator.wakeLock.request("screen").catch(() => null);
  }

  #release(): void {
    void this.#lock?.then((lock) => lock?.release()).catch(() => {});
    this.#lock = null;
  }
}
