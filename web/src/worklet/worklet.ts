// The parts of the audio thread. The microphone: level, voice activity, and the pre-roll, so that the channel is open
// before its first syllable is sent. A hidden page's timers are throttled; this thread is not.

import { decibelsOf } from "../voice/level.ts";
import { CatchUpDelay } from "./catch_up_delay.ts";
import { MICROPHONE, PITCH, type Report, type Settings } from "./messages.ts";
import { PitchProcessor } from "./pitch_processor.ts";
import { VoiceGate } from "./voice_gate.ts";

class MicrophoneProcessor extends AudioWorkletProcessor {
  private readonly gate = new VoiceGate(samplesOf(DEFAULT_HOLD_MS));
  private readonly delay = new CatchUpDelay(sampleRate, CHANNELS_MAX);
  private gain = 1;
  private isRecording = false;
  private isOver = false;
  private wasOpen = false;
  private loudest = -Infinity;
  private sinceReport = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Settings>) => this.take(data);
  }

  override process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    if (this.isOver) return false;
    const output = outputs[0] ?? [];
    const length = output[0]?.length ?? 0;
    if (length === 0) return true;
    // Without a device there is none.
    const input = inputs[0] ?? [];
    let decibels = -Infinity;
    for (const channel of input) decibels = Math.max(decibels, decibelsOf(channel) + 20 * Math.log10(this.gain));
    this.gate.take(length, decibels);
    this.delay.process(input, output, this.gain, this.gate.isOpen);
    this.loudest = Math.max(this.loudest, decibels);
    this.sinceReport += length;
    if (this.isRecording || this.gate.isOpen !== this.wasOpen || this.sinceReport >= samplesOf(REPORT_EVERY_MS)) {
      this.report(output);
    }
    return true;
  }

  private take(settings: Settings): void {
    this.gate.thresholdDb = settings.thresholdDb ?? this.gate.thresholdDb;
    if (settings.holdMs !== undefined) this.gate.hold = samplesOf(settings.holdMs);
    this.gain = settings.gain ?? this.gain;
    if (settings.delayMs !== undefined) this.delay.target = samplesOf(settings.delayMs);
    this.isRecording = settings.recording ?? this.isRecording;
    this.isOver = settings.isOver ?? this.isOver;
  }

  private report(output: readonly Float32Array[]): void {
    const report: Report = { decibels: this.loudest, isOpen: this.gate.isOpen };
    this.port.postMessage(this.isRecording ? { ...report, samples: mean(output) } : report);
    this.wasOpen = report.isOpen;
    this.loudest = -Infinity;
    this.sinceReport = 0;
  }
}

function mean([first, second]: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(first ?? [], (sample, index) => (second === undefined ? sample : (sample + (second[index] ?? 0)) / 2));
}

function samplesOf(ms: number): number {
  return Math.round((ms / 1000) * sampleRate);
}

/** A microphone is mono or stereo. */
const CHANNELS_MAX = 2;
const REPORT_EVERY_MS = 20;
const DEFAULT_HOLD_MS = 400;

registerProcessor(MICROPHONE, MicrophoneProcessor);
registerProcessor(PITCH, PitchProcessor);
