// The fall-back on the audio thread: one input for the microphone, one output per slot.

import { MicrophoneFrames } from "./microphone_frames.ts";
import { type PageToWorklet, VOICE, type WorkerToWorklet, type WorkletToPage } from "./messages.ts";
import { SlotPlayer } from "./slot_player.ts";
import { Wasm } from "./wasm.ts";

class VoiceProcessor extends AudioWorkletProcessor {
  private readonly microphone = new MicrophoneFrames(sampleRate);
  private wasm: Wasm | null = null;
  private slots: SlotPlayer | null = null;
  private worker: MessagePort | null = null;
  private sinceReport = 0;
  private isOver = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PageToWorklet>) => this.take(data);
  }

  override process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    if (this.isOver) return false;
    const samples = outputs[0]?.[0]?.length ?? 0;
    // A missing input is silence.
    const input = inputs[0]?.[0] ?? new Float32Array(samples);
    this.microphone.push(input, (frame) => this.worker?.postMessage(frame, [frame.samples.buffer]));
    this.slots?.render(outputs);
    this.sinceReport += samples;
    if (this.sinceReport >= sampleRate) this.report();
    return true;
  }

  private take(message: PageToWorklet): void {
    switch (message.type) {
      case "start":
        this.worker = message.worker;
        this.start(message.wasm, message.slots).catch((cause: unknown) =>
          this.post({ type: "failed", why: String(cause) }),
        );
        return;
      case "sending":
        this.microphone.isSending = message.on;
        return;
      case "close":
        this.isOver = true;
        this.worker?.close();
        return;
    }
  }

  private async start(bytes: ArrayBuffer, slots: number): Promise<void> {
    this.wasm = await Wasm.load(bytes);
    const player = new SlotPlayer(this.wasm, slots, sampleRate);
    this.slots = player;
    if (this.worker === null) return;
    this.worker.onmessage = ({ data }: MessageEvent<WorkerToWorklet>) => {
      if (data.type === "voice") player.push(data.frame);
      else player.end(data.slot);
    };
  }

  private report(): void {
    this.sinceReport = 0;
    if (this.wasm === null) return;
    const { playback_lost_percent, playback_delay_ms } = this.wasm.exports;
    this.post({ type: "reception", lostPercent: playback_lost_percent(), delayMs: playback_delay_ms() });
  }

  private post(message: WorkletToPage): void {
    this.port.postMessage(message);
  }
}

registerProcessor(VOICE, VoiceProcessor);
