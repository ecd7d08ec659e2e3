// The parts of the AudioWorklet scope (Web Audio API, 1.32) in use here; TypeScript's own libraries lack it.

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: Float32Array[][], outputs: Float32Array[][], parameters: Record<string, Float32Array>): boolean;
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** In Hz. */
declare const sampleRate: number;
