// The reverberation of zones: one convolver for each, however many voices are in it.

import { randomNumbers } from "./effect_nodes.ts";
import type { Effect } from "./effects.ts";

/** Zones that exist at a time; voices of further ones are in the last one. */
const ZONES_MAX = 4;

export class ReverbZones {
  private readonly output: AudioNode;
  private readonly zones = new Map<string, Zone>();

  constructor(output: AudioNode) {
    this.output = output;
  }

  /** The entrance of the zone with these settings, whose level is the voice's own. */
  enter(reverb: Effect): AudioNode {
    const key = keyOf(reverb);
    const known = this.zones.get(key) ?? (this.zones.size < ZONES_MAX ? undefined : [...this.zones.values()].at(-1));
    const zone = known ?? { key, voices: 0, convolver: convolver(this.output, reverb) };
    zone.voices += 1;
    this.zones.set(zone.key, zone);
    return zone.convolver;
  }

  /** A voice is no longer in the zone with this entrance. */
  leave(entrance: AudioNode): void {
    for (const zone of this.zones.values()) {
      if (zone.convolver !== entrance) continue;
      zone.voices -= 1;
      if (zone.voices > 0) return;
      this.zones.delete(zone.key);
      // It dies away before that.
      setTimeout(() => zone.convolver.disconnect(), LONGEST_S * 1000);
      return;
    }
  }
}

interface Zone {
  readonly key: string;
  readonly convolver: ConvolverNode;
  voices: number;
}

function keyOf({ kind, settings }: Effect): string {
  return [kind, settings["decay-s"], settings["brightness"]].join(" ");
}

function convolver(output: AudioNode, { kind, settings }: Effect): ConvolverNode {
  const { context } = output;
  const decayS = Math.min(LONGEST_S, settings["decay-s"] ?? 1);
  const [left, right] = [1, 2].map((seed) => response(context.sampleRate, seed, FIRST_S[kind] ?? 0, decayS, settings["brightness"] ?? 1));
  const buffer = context.createBuffer(2, left?.length ?? 1, context.sampleRate);
  if (left !== undefined && right !== undefined) {
    buffer.copyToChannel(left, 0);
    buffer.copyToChannel(right, 1);
  }
  const node = new ConvolverNode(context, { buffer, disableNormalization: true });
  node.connect(output);
  return node;
}

/** Noise that dies away by 60 dB in `decayS`, its high tones sooner, and whose power is 1 (Moorer, 1979). */
export function response(rateHz: number, seed: number, firstS: number, decayS: number, brightness: number): Float32Array<ArrayBuffer> {
  const random = randomNumbers(seed);
  const first = Math.round(firstS * rateHz);
  const samples = new Float32Array(first + Math.ceil(decayS * rateHz));
  const [pole, high, all] = [1 - Math.exp((-2 * Math.PI * 5000) / rateHz), -6.91 / (decayS * brightness), -6.91 / decayS];
  let [low, power] = [0, 0];
  for (let i = first; i < samples.length; i++) {
    const [noise, seconds] = [random(), (i - first) / rateHz];
    low += (noise - low) * pole;
    const sample = low * Math.exp(all * seconds) + (noise - low) * Math.exp(high * seconds);
    samples[i] = sample;
    power += sample * sample;
  }
  const gain = 1 / Math.sqrt(power);
  return samples.map((sample) => sample * gain);
}

/** When the first reflection comes. */
const FIRST_S: Readonly<Partial<Record<Effect["kind"], number>>> = { room: 0.006, hall: 0.026, cave: 0.046 };
/** A longer response would take a browser too much. */
const LONGEST_S = 6;
