// Connection quality in one word.

import type { Quality } from "./api.ts";

export type Measured = Omit<Quality, "word">;

export const NOTHING_MEASURED: Measured = {
  roundTripMs: null,
  delayMs: null,
  lostUpPercent: null,
  lostDownPercent: null,
  listeners: null,
  listenersLostPercent: null,
  voices: null,
  transport: null,
};

/** `connected` is whether there is a link at all. */
export function judge(measured: Measured, connected: boolean): Quality {
  return { ...measured, word: connected ? word(measured) : "lost" };
}

/** From a `downlink` message. */
export function shortage(carried: number | null, speaking: number | null): Quality["voices"] {
  return carried === null || speaking === null ? null : { carried, speaking };
}

function word(measured: Measured): Quality["word"] {
  const lost = Math.max(measured.lostUpPercent ?? 0, measured.lostDownPercent ?? 0);
  const delay = (measured.roundTripMs ?? 0) / 2 + (measured.delayMs ?? 0);
  const isWhole = measured.voices === null;
  if (isWhole && lost <= GOOD.lostPercent && delay <= GOOD.delayMs) return "good";
  if (lost <= FAIR.lostPercent && delay <= FAIR.delayMs) return "fair";
  return "poor";
}

/** ITU-T G.1010, table I.1: conversation needs less than 3 % loss, prefers less than 150 ms, and has its limit at 400 ms. */
const GOOD = { lostPercent: 3, delayMs: 150 };
/** Opus conceals and corrects single losses well; at one packet in ten, words are lost. */
const FAIR = { lostPercent: 10, delayMs: 400 };
