// What a browser tells about its network and its sleep.

export const NETWORK = {
  /** Returns what stops it. */
  watch({ changed, awake }: { changed(): void; awake(): void }): () => void {
    const onVisible = () => {
      if (document.visibilityState === "visible") awake();
    };
    const { connection } = navigator as { readonly connection?: NetworkInformation };
    let type = connection?.type;
    // It also tells of each new estimate of how fast the network is.
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

  /** How many can be heard at once: 16, and on phones, which have less of everything, 8. */
  slots(): number {
    return matchMedia("(pointer: coarse) and (max-width: 600px)").matches ? 8 : 16;
  },
};

/** The Network Information API, where there is one; TypeScript's own libraries leave it out. */
interface NetworkInformation extends EventTarget {
  /** Such as `wifi` or `cellular`. */
  readonly type?: string;
}
