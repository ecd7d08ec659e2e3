// The only conversion between the axes of places and those of Web Audio.

import type { Direction, Place } from "./api.ts";

/**
 * For positions and directions. Places are left-handed, as on servers, native players and Unity: z is ahead. Web Audio is
 * right-handed (Web Audio API, 1.18): z is behind.
 */
export function toWebAudio({ x, y, z }: Place | Direction): { x: number; y: number; z: number } {
  return { x, y, z: 0 - z };
}
