// Whether a connection has any candidate pair.

/**
 * Calls `hopeless` if a connection that has its answer and all its local candidates has no pair to check, as no address of this browser
 * fits one of the server's. Firefox is in that state with a server on the same machine, and would report it only after 5 s.
 * Returns a function that stops it.
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
  // A closing connection may not provide statistics.
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

const LOOK_EVERY_MS = 250;
/** Pairs are formed at once, but a busy browser may report them late. */
const LOOKS = 3;
