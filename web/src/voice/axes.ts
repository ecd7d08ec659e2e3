// The one place where the axes of places become those of Web Audio.

import type { Direction, Place } from "./api.ts";

/**
 * Of a place or a direction. Places are left-handed, as servers, native players and Unity have them: z is ahead. Web Audio is
 * right-handed (Web Audio API, 1.18): z is behind.
 */
export function toWebAudio({ x, y, z }: Place | Direction): { x: number; y: number; z: number } {
  return { x, y, z: 0 - z };
}
