// The audio graph of the received slots: volume, level and position of each.
//
//   slot ─▶ gain ─▶ (panner, for positional voices) ─▶ output
//             └──▶ analyser, for the level

import type { Direction, Place } from "./api.ts";
import { toWebAudio } from "./axes.ts";
import { decibelsOf, levelOfDecibels } from "./level.ts";
import { approach, Listener, SMOOTHING_S } from "./listener.ts";
import type { OutputDevice } from "./output.ts";

/** How a slot is played. */
export interface SlotSound {
  /** A factor ≥ 0. */
  readonly gain: number;
  /** The source's position; null: not positional. */
  readonly place: Place | null;
}

/** The graph of one link's slots. */
export class Playback {
  private readonly output: OutputDevice;
  private readonly listener: Listener;
  private slots: SlotGraph[] = [];

  constructor(output: OutputDevice) {
    this.output = output;
    this.listener = new Listener(output.input.context);
  }

  attach(sources: readonly AudioNode[]): void {
    this.detach();
    this.slots = sources.map((source) => new SlotGraph(source, this.output.input));
  }

  detach(): void {
    for (const slot of this.slots) slot.disconnect();
    this.slots = [];
  }

  set(slot: number, sound: SlotSound): void {
    this.slots[slot]?.set(sound);
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
    this.listener.moveTo(place ?? ORIGIN);
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
  /** While the voice is positional. */
  private panner: PannerNode | null = null;

  constructor(source: AudioNode, output: AudioNode) {
    this.source = source;
    this.output = output;
    this.gain = new GainNode(source.context, { gain: 0 });
    this.analyser = new AnalyserNode(source.context, { fftSize: ANALYSED_SAMPLES });
    this.samples = new Float32Array(this.analyser.fftSize);
    source.connect(this.gain).connect(output);
    source.connect(this.analyser);
  }

  get level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return levelOfDecibels(decibelsOf(this.samples));
  }

  set({ gain, place }: SlotSound): void {
    const { currentTime } = this.source.context;
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
    for (const node of [this.source, this.gain, this.analyser]) node.disconnect();
    this.panner?.disconnect();
  }

  private usePanner(panner: PannerNode | null): void {
    if (this.panner === panner) return;
    this.gain.disconnect();
    this.panner?.disconnect();
    this.panner = panner;
    if (panner === null) this.gain.connect(this.output);
    else this.gain.connect(panner).connect(this.output);
  }
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
