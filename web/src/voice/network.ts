// The browser's events about network changes and sleep.

export const NETWORK = {
  /** Returns a function that unsubscribes. */
  watch({ changed, awake }: { changed(): void; awake(): void }): () => void {
    const onVisible = () => {
      if (document.visibilityState === "visible") awake();
    };
    const { connection } = navigator as { readonly connection?: NetworkInformation };
    let type = connection?.type;
    // It also fires for each new estimate of the network's speed.
    const onConnection = () => {
      if (type === connection?.type) return;
      type = connection?.type;
      changed();
    };
    addEventListener("online", changed);
    connection?.addEventListener("change", onConnection);
    document.addEventListener("visibilitychange", onVisible);
    document.addEventListener("resume", awake);
    return () => {
      removeEventListener("online", changed);
      connection?.removeEventListener("change", onConnection);
      document.removeEventListener("visibilitychange", onVisible);
      document.removeEventListener("resume", awake);
    };
  },

  /** How many players can be heard at once: 16, and 8 on phones, which have less computing power. */
  slots(): number {
    return matchMedia("(pointer: coarse) and (max-width: 600px)").matches ? 8 : 16;
  },
};

/** The Network Information API, if present; TypeScript's own libraries lack it. */
interface NetworkInformation extends EventTarget {
  /** Such as `wifi` or `cellular`. */
  readonly type?: string;
}
