// The last two minutes of the connection, for a small graph.

import type { Quality } from "../voice/index.ts";

export interface Sample {
  roundTripMs: number | null;
  /** The larger of both directions. */
  lostPercent: number | null;
}

export class QualityHistory {
  readonly #samples: Sample[] = [];

  add({
    roundTripMs,
    lostUpPercent,
    lostDownPercent,
  }: Pick<Quality, "roundTripMs" | "lostUpPercent" | "lostDownPercent">): void {
    const lost = [lostUpPercent, lostDownPercent].filter((value) => value !== null);
    this.#samples.push({ roundTripMs, lostPercent: lost.length ? Math.max(...lost) : null });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }
}

/**
 * The SVG path of a line through the values, the latest at the right edge; a missing value leaves a gap. `top` is the value at the upper
 * edge; larger ones are clamped to it.
 */
export function linePath(values: readonly (number | null)[], top: number, width: number, height: number): string {
  const step = width / (SAMPLES_MAX - 1);
  const start = SAMPLES_MAX - values.length;
  let isDrawing = false;
  const parts = values.map((value, index) => {
    if (value === null) {
      isDrawing = false;
      return "";
    }
    const y = height - (Math.min(value, top) / top) * height;
    const command = isDrawing ? "L" : "M";
    isDrawing = true;
    return `${command}${((start + index) * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return parts.join("");
}

/** One sample every two seconds makes two minutes. */
export const SAMPLES_MAX = 60;
