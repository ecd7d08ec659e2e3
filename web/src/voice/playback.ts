// The audio graph of the received slots: effects, volume, level and position of each.
//
//   slot ─▶ (effects) ─▶ gain ─▶ (panner, for positional voices) ─▶ output
//     └──▶ analyser        └──▶ (level ─▶ zone that reverberates) ─▶ output

import type { Direction, Place } from "./api.ts";
import { distanceM, toWebAudio } from "./axes.ts";
import { decibelsOf, levelOfDecibels } from "./level.ts";
import { EffectChain } from "./effect_chain.ts";
import { type Effect, isReverb } from "./effects.ts";
import { approach, Listener, SMOOTHING_S } from "./listener.ts";
import type { OutputDevice } from "./output.ts";
import { ReverbZones } from "./zones.ts";

/** How a slot is played. */
export interface SlotSound {
  /** A factor ≥ 0. */
  readonly gain: number;
  /** The source's position; null: not positional. */
  readonly place: Place | null;
  /** What its voice passes. */
  readonly effects: readonly Effect[];
}

/** The graph of one link's slots. */
export class Playback {
  private readonly output: OutputDevice;
  private readonly listener: Listener;
  private readonly zones: ReverbZones;
  private listenerPlace = ORIGIN;
  private slots: SlotGraph[] = [];

  constructor(output: OutputDevice) {
    this.output = output;
    this.listener = new Listener(output.input.context);
    this.zones = new ReverbZones(output.input);
  }

  attach(sources: readonly AudioNode[]): void {
    this.detach();
    this.slots = sources.map((source) => new SlotGraph(source, this.output.input, this.zones));
  }

  detach(): void {
    for (const slot of this.slots) slot.disconnect();
    this.slots = [];
  }

  set(slot: number, sound: SlotSound): void {
    this.slots[slot]?.set(sound, this.listenerPlace);
  }

  /** The slot's voice before gain and place; null if there is no such slot. */
  source(slot: number): AudioNode | null {
    return this.slots[slot]?.source ?? null;
  }

  /** The present level before its gain, 0 … 1. */
  level(slot: number): number {
    return this.slots[slot]?.level ?? 0;
  }

  /** The listener's position. */
  setListener(place: Place | null): void {
    this.listenerPlace = place ?? ORIGIN;
    this.listener.moveTo(this.listenerPlace);
    for (const slot of this.slots) slot.listenFrom(this.listenerPlace);
  }

  /** The listener's direction. */
  setFacing(facing: Direction): void {
    this.listener.turnTo(facing);
  }
}

class SlotGraph {
  readonly source: AudioNode;
  private readonly output: AudioNode;
  private readonly gain: GainNode;
  private readonly analyser: AnalyserNode;
  private readonly samples: Float32Array<ArrayBuffer>;
  private readonly effects: EffectChain;
  private readonly zones: ReverbZones;
  /** While the voice reverberates. */
  private send: { readonly level: GainNode; readonly entrance: AudioNode; readonly zone: string } | null = null;
  private sound: SlotSound | null = null;
  /** While the voice is positional. */
  private panner: PannerNode | null = null;

  constructor(source: AudioNode, output: AudioNode, zones: ReverbZones) {
    this.zones = zones;
    this.source = source;
    this.output = output;
    this.gain = new GainNode(source.context, { gain: 0 });
    this.analyser = new AnalyserNode(source.context, { fftSize: ANALYSED_SAMPLES });
    this.samples = new Float32Array(this.analyser.fftSize);
    this.effects = new EffectChain(source, this.gain);
    this.gain.connect(output);
    source.connect(this.analyser);
  }

  get level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return levelOfDecibels(decibelsOf(this.samples));
  }

  /** The listener has moved: air takes more or less. */
  listenFrom(listener: Place): void {
    if (this.sound !== null && this.sound.effects.length > 0) this.effects.set(this.sound.effects, apartM(this.sound, listener));
  }

  set(sound: SlotSound, listener: Place): void {
    const { gain, place, effects } = sound;
    const { currentTime } = this.source.context;
    this.sound = sound;
    this.effects.set(effects, apartM(sound, listener));
    this.reverberate(effects.find(isReverb) ?? null);
    this.gain.gain.setTargetAtTime(gain, currentTime, SMOOTHING_S);
    if (place === null) {
      this.usePanner(null);
      return;
    }
    const { x, y, z } = toWebAudio(place);
    if (this.panner === null) {
      const at = { positionX: x, positionY: y, positionZ: z };
      this.usePanner(new PannerNode(this.source.context, { ...PANNER, ...at }));
      return;
    }
    approach(this.panner.positionX, x, currentTime);
    approach(this.panner.positionY, y, currentTime);
    approach(this.panner.positionZ, z, currentTime);
  }

  disconnect(): void {
    this.effects.disconnect();
    this.reverberate(null);
    for (const node of [this.source, this.gain, this.analyser]) node.disconnect();
    this.panner?.disconnect();
  }

  private reverberate(reverb: Effect | null): void {
    const zone = reverb === null ? "" : [reverb.kind, reverb.settings["decay-s"], reverb.settings["brightness"]].join(" ");
    const { currentTime } = this.source.context;
    if (this.send !== null && this.send.zone !== zone) {
      const { level, entrance } = this.send;
      this.send = null;
      level.gain.setTargetAtTime(0, currentTime, SMOOTHING_S);
      setTimeout(() => {
        level.disconnect();
        this.zones.leave(entrance);
      }, 8_000 * SMOOTHING_S);
    }
    if (reverb === null) return;
    if (this.send === null) {
      const level = new GainNode(this.source.context, { gain: 0 });
      const entrance = this.zones.enter(reverb);
      this.gain.connect(level).connect(entrance);
      this.send = { level, entrance, zone };
    }
    approach(this.send.level.gain, reverb.settings["level"] ?? 0, currentTime);
  }

  private usePanner(panner: PannerNode | null): void {
    if (this.panner === panner) return;
    this.gain.disconnect();
    if (this.send !== null) this.gain.connect(this.send.level);
    this.panner?.disconnect();
    this.panner = panner;
    if (panner === null) this.gain.connect(this.output);
    else this.gain.connect(panner).connect(this.output);
  }
}

/** How far a voice is from the listener; null if it is not positional. */
function apartM({ place }: SlotSound, listener: Place): number | null {
  return place === null ? null : distanceM(place, listener);
}

const ORIGIN: Place = { x: 0, y: 0, z: 0 };
/** About 40 ms. */
const ANALYSED_SAMPLES = 2048;
/** The default of native players: full volume within 1 m, half of it at 2 m, and so on. */
const PANNER: PannerOptions = {
  panningModel: "HRTF",
  distanceModel: "inverse",
  refDistance: 1,
  rolloffFactor: 1,
};
