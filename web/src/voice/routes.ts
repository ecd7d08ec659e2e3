// Which transport is used: WebRTC, and the fall-back if that is blocked.

import type { ConnectOptions, Info } from "./api.ts";
import type { Link, LinkOptions, OpenLink } from "./link.ts";
import { VoiceProblem } from "./problem.ts";
import { openWebRtcLink } from "./webrtc_link.ts";

/** Chooses the transport to try, from the results so far. */
export class RouteChoice {
  private readonly wanted: NonNullable<ConnectOptions["transport"]>;
  private hasWorked = false;
  private blocked = 0;

  constructor(wanted: ConnectOptions["transport"]) {
    this.wanted = wanted ?? "auto";
  }

  next(info: Pick<Info, "udp" | "fallback">): "webrtc" | "websocket" {
    if (this.wanted !== "auto") return this.wanted;
    if (!info.fallback) return "webrtc";
    // If it has worked before, a slow server is more likely than a blocking network.
    const patience = this.hasWorked ? 2 : 1;
    return !info.udp || this.blocked >= patience ? "websocket" : "webrtc";
  }

  /** WebRTC has connected. */
  onWorked(): void {
    this.hasWorked = true;
    this.blocked = 0;
  }

  /** WebRTC has not connected. */
  onBlocked(): void {
    this.blocked += 1;
  }

  /** The network has changed: earlier results no longer hold. */
  onNetworkChange(): void {
    this.hasWorked = false;
    this.blocked = 0;
  }
}

/** Opens the link of `choice`; if WebRTC does not connect, possibly the other one. */
export async function openLink(choice: RouteChoice, options: LinkOptions): Promise<Link> {
  if (choice.next(options.info) === "websocket") return openFallbackLink(options);
  try {
    const link = await openWebRtcLink(options);
    choice.onWorked();
    return link;
  } catch (problem) {
    if (!(problem instanceof VoiceProblem) || problem.code !== "no-webrtc" || options.signal.aborted) throw problem;
    choice.onBlocked();
    if (choice.next(options.info) === "webrtc") throw problem;
    return openFallbackLink(options);
  }
}

/** A separate file, which most pages never load. */
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

/** That file has its own copy of the classes: its problems are recognised by name. */
function asOurs(problem: unknown): unknown {
  if (!(problem instanceof Error) || problem.name !== "VoiceProblem" || problem instanceof VoiceProblem) return problem;
  const { code, retryInMs } = problem as VoiceProblem;
  return new VoiceProblem(code, problem.message, { retryInMs, cause: problem });
}
