// Speech for tests, and the similarity of two sounds.

import { readFileSync } from "node:fs";

import { FRAME_SAMPLES, type Wasm } from "../../src/fallback/wasm.ts";

/** The WebAssembly that pages load. Tests are bundled three folders below `web`. */
export function wasmBytes(): ArrayBuffer {
  return new Uint8Array(readFileSync(new URL("../../../dist/consonance.wasm", import.meta.url))).buffer;
}

/** So many seconds of the repository's first recording, at 48 kHz. */
export function speech(seconds: number): Float32Array {
  const file = readFileSync(new URL("../../../../assets/speech/austen-1.wav", import.meta.url));
  const samples = new Float32Array(seconds * 48_000);
  for (let i = 0; i < samples.length; i += 1) {
    const at = Math.floor(i / 3);
    const [a, b] = [at, at + 1].map((index) => file.readInt16LE(HEADER_BYTES + 2 * index) / 32_768) as [number, number];
    samples[i] = a + ((b - a) * (i % 3)) / 3;
  }
  return samples;
}

/** A tone of so many Hz with an amplitude of 0.5. */
export function tone(hz: number, rate: number, samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));
}

/** The packets of the microphone's sound. */
export function encode(wasm: Wasm, sound: Float32Array): Uint8Array[] {
  wasm.exports.encoder_start(0);
  const packets = [];
  for (let i = 0; i + FRAME_SAMPLES <= sound.length; i += FRAME_SAMPLES) {
    wasm.samples().set(sound.subarray(i, i + FRAME_SAMPLES));
    packets.push(wasm.read(wasm.exports.encoder_encode()) ?? new Uint8Array());
  }
  return packets;
}

/** A packet as a worker sends it to a worklet. */
export function slotVoice(slot: number, sequence: number, packet: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + packet.length);
  const view = new DataView(bytes.buffer);
  [slot, 1, sequence, FRAME_SAMPLES].forEach((number, i) => view.setUint32(4 * i, number, true));
  bytes.set(packet, 16);
  return bytes;
}

/** Similarity at the best delay of up to 200 ms: 1 is equal except for the gain. Uses every fourth sample. */
export function likeness(said: Float32Array, heard: Float32Array): number {
  const [a, b] = [said, heard].map((sound) => sound.filter((_, i) => i % 4 === 0)) as [Float32Array, Float32Array];
  let best = 0;
  for (let delay = 0; delay < 2_400; delay += 1) {
    best = Math.max(best, correlation(a, b.subarray(delay)));
  }
  return best;
}

/** The correlation over the common length. */
function correlation(a: Float32Array, b: Float32Array): number {
  const samples = Math.min(a.length, b.length);
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < samples; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb || 1);
}

/** Of a WAV file that contains only sound. */
const HEADER_BYTES = 44;
