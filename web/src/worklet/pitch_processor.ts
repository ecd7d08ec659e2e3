// A voice's pitch on the audio thread.

import { PitchShift } from "./pitch_shift.ts";

export class PitchProcessor extends AudioWorkletProcessor {
  static readonly parameterDescriptors = [
    { name: "semitones", defaultValue: 0, minValue: -12, maxValue: 12, automationRate: "k-rate" },
  ];

  private readonly shift = new PitchShift(sampleRate);
  private isOver = false;

  constructor() {
    super();
    // A processor that does not end runs as long as its page.
    this.port.onmessage = () => (this.isOver = true);
  }

  override process([inputs]: Float32Array[][], [outputs]: Float32Array[][], parameters: Record<string, Float32Array>): boolean {
    if (this.isOver) return false;
    const output = outputs?.[0];
    if (output === undefined) return true;
    this.shift.semitones = parameters["semitones"]?.[0] ?? 0;
    // Without a source there is no channel, and yet what came before it has to go out.
    this.shift.process(inputs?.[0] ?? new Float32Array(output.length), output);
    return true;
  }
}
