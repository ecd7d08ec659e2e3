// The page's audio output.

import type { Device, Output } from "./api.ts";
import { clamp } from "./clamp.ts";
import { listDevices } from "./devices.ts";
import { VoiceProblem } from "./problem.ts";

/** The end of the audio graph: voices connect to `input`. */
export class OutputDevice implements Output {
  readonly input: GainNode;
  private readonly context: AudioContext & Partial<Sink>;
  /** Plays the sound in browsers in which only media elements can choose a device; created when first needed. */
  private element: (HTMLAudioElement & Partial<Sink>) | null = null;
  private chosen: string | null = null;
  /** The device change in progress; changes run one after the other, so that the last one wins. */
  private choosing: Promise<void> = Promise.resolve();
  private factor = 1;
  private isDeaf = false;

  constructor(context: AudioContext) {
    this.context = context;
    this.input = context.createGain();
    this.input.connect(context.destination);
  }

  get device(): string | null {
    return this.chosen;
  }

  get canChoose(): boolean {
    return "setSinkId" in this.context || "setSinkId" in HTMLMediaElement.prototype;
  }

  get volume(): number {
    return this.factor;
  }

  set volume(volume: number) {
    this.factor = clamp(volume, 0, LOUDEST, 1);
    this.apply();
  }

  get deafened(): boolean {
    return this.isDeaf;
  }

  set deafened(deafened: boolean) {
    this.isDeaf = deafened;
    this.apply();
  }

  list(): Promise<Device[]> {
    return listDevices("audiooutput");
  }

  choose(id: string): Promise<void> {
    const chosen = this.choosing.then(() => this.take(id));
    this.choosing = chosen.catch(() => {});
    return chosen;
  }

  async play(sound: AudioBuffer): Promise<void> {
    const source = new AudioBufferSourceNode(this.context, { buffer: sound });
    source.connect(this.input);
    await new Promise((ended) => {
      source.onended = ended;
      source.start();
    });
  }

  /** Browsers may pause media elements until the user has clicked. */
  async resume(): Promise<void> {
    await this.element?.play();
  }

  private async take(id: string): Promise<void> {
    try {
      // The empty id is the system's default; not every browser knows the id "default".
      if (this.context.setSinkId !== undefined) await this.context.setSinkId(id === "default" ? "" : id);
      else await this.chooseByElement(id);
    } catch (cause) {
      throw new VoiceProblem("other", "This loudspeaker cannot be used. Choose another one.", { cause });
    }
    this.chosen = id;
  }

  private async chooseByElement(id: string): Promise<void> {
    const element = this.element ?? new Audio();
    await element.setSinkId?.(id);
    if (this.element !== null) return;
    const stream = this.context.createMediaStreamDestination();
    element.srcObject = stream.stream;
    await element.play();
    this.input.disconnect();
    this.input.connect(stream);
    this.element = element;
  }

  private apply(): void {
    const gain = this.isDeaf ? 0 : this.factor;
    this.input.gain.setTargetAtTime(gain, this.context.currentTime, SMOOTHING_S);
  }
}

/** TypeScript's own libraries lack it for audio contexts. */
interface Sink {
  setSinkId(id: string): Promise<void>;
}

const LOUDEST = 2;
/** Short enough to seem immediate, long enough not to click. */
const SMOOTHING_S = 0.015;
