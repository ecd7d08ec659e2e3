// The listener's position and direction in the audio graph.

import type { Direction, Place } from "./api.ts";
import { toWebAudio } from "./axes.ts";

/** Initially at the origin, looking along z, with y up. */
export class Listener {
  private readonly context: BaseAudioContext;
  /** The horizontal direction, which is above or below the head for a listener that looks straight up or down. */
  private heading: Direction = AHEAD;

  constructor(context: BaseAudioContext) {
    this.context = context;
  }

  moveTo(place: Place): void {
    const { x, y, z } = toWebAudio(place);
    const { listener, currentTime } = this.context;
    // Firefox has only the deprecated methods.
    if (listener.positionX === undefined) {
      listener.setPosition(x, y, z);
      return;
    }
    approach(listener.positionX, x, currentTime);
    approach(listener.positionY, y, currentTime);
    approach(listener.positionZ, z, currentTime);
  }

  /** A direction of any length; the zero vector is ignored. */
  turnTo(direction: Direction): void {
    const forward = ofLengthOne(direction);
    if (forward === null) return;
    this.orient(toWebAudio(forward), toWebAudio(this.above(forward)));
  }

  /** On the axes of Web Audio. */
  private orient(forward: Direction, up: Direction): void {
    const { listener, currentTime } = this.context;
    if (listener.forwardX === undefined) {
      listener.setOrientation(forward.x, forward.y, forward.z, up.x, up.y, up.z);
      return;
    }
    approach(listener.forwardX, forward.x, currentTime);
    approach(listener.forwardY, forward.y, currentTime);
    approach(listener.forwardZ, forward.z, currentTime);
    approach(listener.upX, up.x, currentTime);
    approach(listener.upY, up.y, currentTime);
    approach(listener.upZ, up.z, currentTime);
  }

  /** The up vector of a head that does not roll. Web Audio needs one that is not parallel to the direction. */
  private above({ x, y, z }: Direction): Direction {
    const level = Math.hypot(x, z) < STEEP ? null : ofLengthOne({ x, y: 0, z });
    if (level !== null) {
      this.heading = level;
      return UP;
    }
    const turn = -Math.sign(y);
    return { x: turn * this.heading.x, y: 0, z: turn * this.heading.z };
  }
}

/** Fast, without a click. */
export function approach(parameter: AudioParam, to: number, now: number): void {
  parameter.setTargetAtTime(to, now, SMOOTHING_S);
}

function ofLengthOne({ x, y, z }: Direction): Direction | null {
  const length = Math.hypot(x, y, z);
  return length > 0 && Number.isFinite(length) ? { x: x / length, y: y / length, z: z / length } : null;
}

export const AHEAD: Direction = { x: 0, y: 0, z: 1 };
const UP: Direction = { x: 0, y: 1, z: 0 };
/** For a direction of length one: within a twentieth of a degree of straight up or down. */
const STEEP = 1e-3;
/** Short enough to seem immediate, long enough not to click. */
export const SMOOTHING_S = 0.02;
