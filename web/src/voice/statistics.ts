// Link statistics from `RTCPeerConnection.getStats()`.

import type { Transport } from "./api.ts";
import type { LinkStatistics } from "./link.ts";

/** One entry of a report: the names are those of the W3C's "Identifiers for WebRTC's Statistics API". */
export type Entry = Readonly<Record<string, unknown>>;

/** The previous counters; results are the differences. */
export class Statistics {
  private last: Counters = NO_COUNTERS;

  since(entries: Iterable<Entry>): LinkStatistics & { readonly transport: Transport | null } {
    const all = [...entries];
    const counters = all.filter(isReceivedAudio).map(countersOf).reduce(sum, NO_COUNTERS);
    const received = counters.received - this.last.received;
    const lost = Math.max(0, counters.lost - this.last.lost);
    const played = counters.played - this.last.played;
    const waited = counters.waited - this.last.waited;
    this.last = counters;
    const pair = selectedPair(all);
    const roundTrip = number(pair?.["currentRoundTripTime"]);
    return {
      roundTripMs: roundTrip === null ? null : roundTrip * 1000,
      delayMs: played > 0 ? (waited / played) * 1000 : null,
      lostPercent: received + lost > 0 ? (100 * lost) / (received + lost) : null,
      transport: pair === undefined ? null : transportOf(pair, all),
    };
  }
}

interface Counters {
  readonly received: number;
  readonly lost: number;
  /** Samples, and the sum of their waiting times in seconds. */
  readonly played: number;
  readonly waited: number;
}

const NO_COUNTERS: Counters = { received: 0, lost: 0, played: 0, waited: 0 };

function isReceivedAudio(entry: Entry): boolean {
  return entry["type"] === "inbound-rtp" && entry["kind"] === "audio";
}

function countersOf(entry: Entry): Counters {
  const count = (name: string) => number(entry[name]) ?? 0;
  return {
    received: count("packetsReceived"),
    lost: count("packetsLost") + count("packetsDiscarded"),
    played: count("jitterBufferEmittedCount"),
    waited: count("jitterBufferDelay"),
  };
}

function sum(one: Counters, other: Counters): Counters {
  return {
    received: one.received + other.received,
    lost: one.lost + other.lost,
    played: one.played + other.played,
    waited: one.waited + other.waited,
  };
}

/** Named by the transport; Firefox marks the pair itself. */
function selectedPair(all: readonly Entry[]): Entry | undefined {
  const id = all.find((entry) => entry["type"] === "transport")?.["selectedCandidatePairId"];
  return all.find((entry) => entry["type"] === "candidate-pair" && (entry["id"] === id || entry["selected"] === true));
}

function transportOf(pair: Entry, all: readonly Entry[]): Transport {
  const local = all.find((entry) => entry["id"] === pair["localCandidateId"]);
  if (local?.["candidateType"] === "relay") return "relay";
  return local?.["protocol"] === "tcp" ? "tcp" : "udp";
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
