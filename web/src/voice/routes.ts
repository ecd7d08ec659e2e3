// Which kind of link is made: WebRTC, and where that does not come through, the fall-back.

import type { ConnectOptions } from "./api.ts";
import type { Link, LinkOptions, OpenLink } from "./link.ts";
import { VoiceProblem } from "./problem.ts";
import { openWebRtcLink } from "./webrtc_link.ts";

/** Remembers what has come through. */
export class Routes {
  private readonly wanted: NonNullable<ConnectOptions["transport"]>;
  private fallbackOnly = false;

  constructor(wanted: ConnectOptions["transport"]) {
    this.wanted = wanted ?? "auto";
  }

  async open(options: LinkOptions): Promise<Link> {
    if (this.wanted === "websocket" || this.fallbackOnly) return openFallbackLink(options);
    const hasFallback = this.wanted === "auto" && options.info.fallback;
    if (hasFallback && !options.info.udp) return openFallbackLink(options);
    try {
      return await openWebRtcLink(options);
    } catch (problem) {
      const blocked = problem instanceof VoiceProblem && problem.code === "no-webrtc";
      if (!blocked || !hasFallback || options.signal.aborted) throw problem;
      const link = await openFallbackLink(options);
      this.fallbackOnly = true;
      return link;
    }
  }

  /** The network is another one, so that what was blocked may not be. */
  onNetworkChange(): void {
    this.fallbackOnly = false;
  }
}

/** A file of its own, which most pages never load. */
const openFallbackLink: OpenLink = async (options) => {
  const address = new URL("fallback.js", options.assets).href;
  let fallback: { readonly openLink: OpenLink };
  try {
    fallback = (await import(address)) as { readonly openLink: OpenLink };
  } catch (cause) {
    throw new VoiceProblem("no-webrtc", "Voice does not get through to the server.", { retryInMs: 0, cause });
  }
  try {
    return await fallback.openLink(options);
  } catch (problem) {
    throw asOurs(problem);
  }
};

/** That file has classes of its own: its problems are known by their name. */
function asOurs(problem: unknown): unknown {
  if (!(problem instanceof Error) || problem.name !== "VoiceProblem" || problem instanceof VoiceProblem) return problem;
  const { code, retryInMs } = problem as VoiceProblem;
  return new VoiceProblem(code, problem.message, { retryInMs, cause: problem });
}
