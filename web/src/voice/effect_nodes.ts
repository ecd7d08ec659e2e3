// One effect as nodes of the audio graph, whose settings move without a click.

import { PITCH } from "../worklet/messages.ts";
import type { Effect } from "./effects.ts";
import { approach } from "./listener.ts";

/** A part of a chain. */
export interface EffectNodes {
  readonly input: AudioNode;
  readonly output: AudioNode;
  /** New settings; `distanceM` is how far speaker and listener are apart, null if that is not known. */
  set(settings: Effect["settings"], distanceM: number | null): void;
  close(): void;
}

/** The nodes of an effect that is not a reverberation. */
export function effectNodes(context: BaseAudioContext, { kind, settings }: Effect, distanceM: number | null): EffectNodes {
  const nodes = BUILDERS[kind](context);
  nodes.set(settings, distanceM);
  return nodes;
}

function radio(context: BaseAudioContext): EffectNodes {
  const rumble = filter(context, "highpass", 150);
  const compressor = new DynamicsCompressorNode(context, { threshold: -34, knee: 0, ratio: 5, attack: 0.003, release: 0.1 });
  const drive = new GainNode(context);
  const limit = saturation(context);
  const voice = new GainNode(context);
  const ends = [...band(context, "highpass", BUTTERWORTH_4), ...band(context, "lowpass", BUTTERWORTH_6)];
  const output = line(rumble, compressor, drive, limit, voice, ...ends);
  // The noise opens with the voice, and closes slowly behind it: that is the squelch tail.
  const level = new WaveShaperNode(context, { curve: PRESENCE });
  const squelch = new BiquadFilterNode(context, { type: "lowpass", Q: -3 });
  const gate = new GainNode(context, { gain: 0 });
  const noise = new AudioBufferSourceNode(context, { buffer: whiteNoise(context), loop: true });
  const loudness = new GainNode(context);
  line(rumble, level, squelch).connect(gate.gain);
  line(noise, loudness, gate, ends[0] as AudioNode);
  noise.start();
  return {
    input: rumble,
    output,
    set(settings) {
      const now = context.currentTime;
      const strength = settings["strength"] ?? 1;
      const driveDb = settings["drive-db"] ?? 0;
      approach(drive.gain, factor(driveDb), now);
      approach(voice.gain, (0.2 + 0.8 * Math.min(1, strength / 0.25)) / factor(driveDb / 2), now);
      approach(loudness.gain, factor(-20 - 45 * strength), now);
      approach(squelch.frequency, 160 / Math.max(40, settings["tail-ms"] ?? 0), now);
      for (const [i, end] of ends.entries()) approach(end.frequency, settings[i < 2 ? "low-hz" : "high-hz"] ?? 0, now);
    },
    close() {
      noise.stop();
      unlink(rumble, compressor, drive, limit, voice, level, squelch, gate, noise, loudness, ...ends);
    },
  };
}

function muffle(context: BaseAudioContext): EffectNodes {
  const gain = new GainNode(context, { gain: 0 });
  const resonance = new BiquadFilterNode(context, { type: "peaking", Q: 2 });
  const lows = band(context, "lowpass", BUTTERWORTH_4);
  const sway = new OscillatorNode(context, { frequency: 0.7 });
  const cents = new GainNode(context, { gain: 0 });
  const output = line(gain, resonance, ...lows);
  sway.connect(cents);
  for (const low of lows) cents.connect(low.detune);
  sway.start();
  return {
    input: gain,
    output,
    set(settings) {
      const now = context.currentTime;
      approach(gain.gain, factor(settings["gain-db"] ?? 0), now);
      approach(resonance.frequency, settings["resonance-hz"] ?? 0, now);
      approach(resonance.gain, settings["resonance-db"] ?? 0, now);
      approach(cents.gain, 600 * (settings["wobble"] ?? 0), now);
      for (const low of lows) approach(low.frequency, settings["cutoff-hz"] ?? 0, now);
    },
    close() {
      sway.stop();
      unlink(gain, resonance, sway, cents, ...lows);
    },
  };
}

function distance(context: BaseAudioContext): EffectNodes {
  // -6.02 dB are a quality of a half: two real poles.
  const air = filter(context, "lowpass", 20_000, -6.02);
  return {
    input: air,
    output: air,
    set(settings, distanceM) {
      const own = settings["distance-m"] ?? -1;
      const wayM = (own < 0 ? (distanceM ?? 0) : own) * (settings["strength"] ?? 1);
      approach(air.frequency, Math.min(22_000, airCutoffHz(wayM) * 1.553_774), context.currentTime);
    },
    close: () => unlink(air),
  };
}

function megaphone(context: BaseAudioContext): EffectNodes {
  const lows = band(context, "highpass", BUTTERWORTH_4);
  const compressor = new DynamicsCompressorNode(context, { threshold: -42, knee: 0, ratio: 5, attack: 0.003, release: 0.1 });
  const drive = new GainNode(context);
  const limit = saturation(context);
  const resonances = [
    new BiquadFilterNode(context, { type: "peaking", frequency: 1100, Q: 3, gain: 6 }),
    new BiquadFilterNode(context, { type: "peaking", frequency: 2400, Q: 4, gain: 8 }),
  ];
  const end = filter(context, "highpass", 500);
  const highs = band(context, "lowpass", BUTTERWORTH_4);
  const output = new GainNode(context, { gain: 0.25 });
  line(...lows, compressor, drive, limit, ...resonances, end, ...highs, output);
  return {
    input: lows[0] as AudioNode,
    output,
    set(settings) {
      const now = context.currentTime;
      approach(drive.gain, factor(settings["drive-db"] ?? 0), now);
      for (const low of [...lows, end]) approach(low.frequency, settings["low-hz"] ?? 0, now);
      for (const high of highs) approach(high.frequency, settings["high-hz"] ?? 0, now);
    },
    close: () => unlink(...lows, compressor, drive, limit, ...resonances, end, ...highs, output),
  };
}

function pitch(context: BaseAudioContext): EffectNodes {
  // A page that was loaded over plain HTTP has no worklets: the voice stays as it is.
  if (context.audioWorklet === undefined) return none(context);
  const node = new AudioWorkletNode(context, PITCH, { channelCount: 1, channelCountMode: "explicit", outputChannelCount: [1] });
  const semitones = node.parameters.get("semitones");
  return {
    input: node,
    output: node,
    set(settings) {
      if (semitones !== undefined) approach(semitones, settings["semitones"] ?? 0, context.currentTime);
    },
    close() {
      node.port.postMessage(null);
      unlink(node);
    },
  };
}

function none(context: BaseAudioContext): EffectNodes {
  const node = new GainNode(context);
  return { input: node, output: node, set: () => {}, close: () => unlink(node) };
}

const BUILDERS: Readonly<Record<Effect["kind"], (context: BaseAudioContext) => EffectNodes>> = {
  radio,
  muffle,
  distance,
  megaphone,
  pitch,
  room: none,
  hall: none,
  cave: none,
};

/** The frequency that so many metres of air of 20 °C and 50 % humidity turn down by 3 dB, 200 … 20 000 Hz (ISO 9613-1). */
export function airCutoffHz(distanceM: number): number {
  let [low, high] = [200, 20_000];
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (absorptionDbPerM(middle) * distanceM > 3) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function absorptionDbPerM(hz: number): number {
  const [oxygenHz, nitrogenHz] = [35_300, 331];
  const relaxation = 6.143e-6 / (oxygenHz + hz ** 2 / oxygenHz) + 1.157e-6 / (nitrogenHz + hz ** 2 / nitrogenHz);
  return 8.686 * hz ** 2 * (1.84e-11 + relaxation);
}

/** Filters in a row; Web Audio has the quality of these types in dB. */
function band(context: BaseAudioContext, type: "highpass" | "lowpass", qualities: readonly number[]): BiquadFilterNode[] {
  return qualities.map((quality) => filter(context, type, 1000, 20 * Math.log10(quality)));
}

function filter(context: BaseAudioContext, type: "highpass" | "lowpass", frequency: number, decibels = -3.01): BiquadFilterNode {
  return new BiquadFilterNode(context, { type, frequency, Q: decibels });
}

function saturation(context: BaseAudioContext): WaveShaperNode {
  return new WaveShaperNode(context, { curve: SATURATION });
}

/** Connects nodes one after the other; the last one. */
function line(...nodes: AudioNode[]): AudioNode {
  return nodes.reduce((before, node) => before.connect(node));
}

function unlink(...nodes: AudioNode[]): void {
  for (const node of nodes) node.disconnect();
}

/** Two seconds, the same for all radios of a page. */
function whiteNoise(context: BaseAudioContext): AudioBuffer {
  const samples = new Float32Array(2 * context.sampleRate);
  const random = randomNumbers(1);
  for (let i = 0; i < samples.length; i++) samples[i] = 1.732 * random();
  const buffer = context.createBuffer(1, samples.length, context.sampleRate);
  buffer.copyToChannel(samples, 0);
  return buffer;
}

/** Within ±1, the same for the same seed (Marsaglia's xorshift). */
export function randomNumbers(seed: number): () => number {
  let state = (Math.imul(seed, 2_654_435_769) | 1) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  };
}

function factor(decibels: number): number {
  return 10 ** (decibels / 20);
}

function curve(shape: (x: number) => number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 4097 }, (_, i) => shape(i / 2048 - 1));
}

const BUTTERWORTH_4 = [0.541_196, 1.306_563];
const BUTTERWORTH_6 = [0.517_638, 0.707_107, 1.931_852];
/** Inputs beyond ±1 come out as ±1 does: symmetric, so that no direct current comes of it. */
const SATURATION = curve(Math.tanh);
/** 1 for whatever is louder than -50 dBFS. */
const PRESENCE = curve((x) => Math.min(1, Math.abs(x) * 316));
