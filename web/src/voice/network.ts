// What a browser tells about its network and its sleep.

export const NETWORK = {
  /** Returns what stops it. */
  watch({ changed, awake }: { changed(): void; awake(): void }): () => void {
    const onVisible = () => {
      if (document.visibilityState === "visible") awake();
    };
    const connection: EventTarget | undefined = (navigator as { connection?: EventTarget }).connection;
    addEventListener("online", changed);
    connection?.addEventListener("change", changed);
    document.addEventListener("visibilitychange", onVisible);
    document.addEventListener("resume", awake);
    return () => {
      removeEventListener("online", changed);
      connection?.removeEventListener("change", changed);
      document.removeEventListener("visibilitychange", onVisible);
      document.removeEventListener("resume", awake);
    };
  },

  /** How many can be heard at once: 16, and on phones, which have less of everything, 8. */
  slots(): number {
    return matchMedia("(pointer: coarse) and (max-width: 600px)").matches ? 8 : 16;
  },
};
