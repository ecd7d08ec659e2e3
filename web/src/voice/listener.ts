// Where the one who listens is, and which way it looks, as the audio graph knows it.

import type { Direction, Place } from "./api.ts";
import { toWebAudio } from "./axes.ts";

/** At first it is at the origin, looks along z, and has y above. */
export class Listener {
  private readonly context: BaseAudioContext;
  /** Which way it looks where that is level: who looks straight up or down has it above or below the head. */
  private heading: Direction = AHEAD;

  constructor(context: BaseAudioContext) {
    this.context = context;
  }

  moveTo(place: Place): void {
    const { x, y, z } = toWebAudio(place);
    const { listener, currentTime } = this.context;
    // Firefox has the older way only.
    if (listener.positionX === undefined) {
      listener.setPosition(x, y, z);
      return;
    }
    approach(listener.positionX, x, currentTime);
    approach(listener.positionY, y, currentTime);
    approach(listener.positionZ, z, currentTime);
  }

  /** A direction of any length; one without a length is none, and changes nothing. */
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

  /** Of a head that does not tilt to the side. Web Audio finds right and left only where it is not along the look. */
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

/** Soon, without a click. */
export function approach(parameter: AudioParam, to: number, now: number): void {
  parameter.setTargetAtTime(to, now, SMOOTHING_S);
}

function ofLengthOne({ x, y, z }: Direction): Direction | null {
  const length = Math.hypot(x, y, z);
  return length > 0 && Number.isFinite(length) ? { x: x / length, y: y / length, z: z / length } : null;
}

export const AHEAD: Direction = { x: 0, y: 0, z: 1 };
const UP: Direction = { x: 0, y: 1, z: 0 };
/** Of a look of length one: within a twentieth of a degree of straight up or down. */
const STEEP = 1e-3;
/** Short enough to seem immediate, long enough not to click. */
export const SMOOTHING_S = 0.02;
