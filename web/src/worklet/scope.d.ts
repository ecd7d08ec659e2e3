// What there is in an AudioWorklet (Web Audio API, 1.32), as far as it is used here; TypeScript's own libraries leave it out.

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** In Hz. */
declare const sampleRate: number;
