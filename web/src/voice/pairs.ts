// Whether a connection can come about at all.

/**
 * Calls `hopeless` once a connection that has its answer and all its own addresses has nothing to try, as no address of this
 * browser fits one of the server's. Firefox is so with a server on the very same machine, and would find out only after 5 s.
 * Returns what stops it.
 */
export function watchPairs(
  peer: Pick<RTCPeerConnection, "iceGatheringState" | "getStats">,
  hopeless: () => void,
): () => void {
  let without = 0;
  const look = async () => {
    if (peer.iceGatheringState !== "complete") return;
    const report = await peer.getStats();
    const hasPair = [...report.values()].some((entry: { readonly type: string }) => entry.type === "candidate-pair");
    without = hasPair ? 0 : without + 1;
    if (without === LOOKS) hopeless();
  };
  // One that is being closed may tell nothing of itself.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

const LOOK_EVERY_MS = 250;
/** Pairs are made at once; but a browser with much to do may be behind with what it tells. */
const LOOKS = 3;
