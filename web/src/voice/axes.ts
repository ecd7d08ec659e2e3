// The only arithmetic on the axes of places, and their conversion to those of Web Audio.

import type { Direction, Place } from "./api.ts";

/**
 * For positions and directions. Places are left-handed, as on servers, native players and Unity: z is ahead. Web Audio is
 * right-handed (Web Audio API, 1.18): z is behind.
 */
export function toWebAudio({ x, y, z }: Place | Direction): { x: number; y: number; z: number } {
  return { x, y, z: 0 - z };
}

/** How far two places are apart, in metres. */
export function distanceM(one: Place, other: Place): number {
  return Math.hypot(one.x - other.x, one.y - other.y, one.z - other.z);
}
