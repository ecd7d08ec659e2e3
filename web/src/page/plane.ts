// The map: a square of ground seen from above, in metres: x to the right, z ahead, which is up on the map. Height is left out.

import type { Place } from "../voice/index.ts";

/** Half of the map's width, in metres. */
export const REACH_M = 12;
/** The step of an arrow key, and with Shift held. */
export const STEP_M = 0.5;
export const LEAP_M = 2;

/** Where a place is drawn: shares of the square's width and height from its upper left corner, 0…1. */
export function toShares({ x, z }: Place): { left: number; top: number } {
  return { left: (clamp(x) + REACH_M) / (2 * REACH_M), top: (REACH_M - clamp(z)) / (2 * REACH_M) };
}

/** The place at these shares of the square, clamped to it. */
export function fromShares(left: number, top: number): Place {
  return { x: round(clamp(left * 2 * REACH_M - REACH_M)), y: 0, z: round(clamp(REACH_M - top * 2 * REACH_M)) };
}

/** A place after an arrow key; null for another key. */
export function stepped(place: Place, key: string, isLeap: boolean): Place | null {
  const direction = ARROWS[key];
  if (!direction) return null;
  const by = isLeap ? LEAP_M : STEP_M;
  return { x: round(clamp(place.x + direction.x * by)), y: place.y, z: round(clamp(place.z + direction.z * by)) };
}

/** The direction from one place to another, in words: "3 m left, 1.5 m ahead". */
export function relation(from: Place, to: Place): string {
  const across = part(to.x - from.x, "right", "left");
  const along = part(to.z - from.z, "ahead", "behind");
  return [across, along].filter((words) => words !== null).join(", ") || "right here";
}

const ARROWS: Record<string, { x: number; z: number }> = {
  ArrowLeft: { x: -1, z: 0 },
  ArrowRight: { x: 1, z: 0 },
  ArrowUp: { x: 0, z: 1 },
  ArrowDown: { x: 0, z: -1 },
};

function part(metres: number, positive: string, negative: string): string | null {
  const rounded = Math.round(Math.abs(metres) * 2) / 2;
  return rounded === 0 ? null : `${rounded} m ${metres > 0 ? positive : negative}`;
}

function clamp(metres: number): number {
  return Math.min(REACH_M, Math.max(-REACH_M, metres));
}

function round(metres: number): number {
  return Math.round(metres * 100) / 100 + 0;
}
