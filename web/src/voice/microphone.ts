// A microphone: its device, the processing of its sound, its level, and whether there is a voice.

import type { Device, Microphone, MicrophoneOptions, Processing, Stereo } from "./api.ts";
import { MICROPHONE, type Report, type Settings } from "../worklet/messages.ts";
import { clamp } from "./clamp.ts";
import { listDevices, onDevicesChange } from "./devices.ts";
import { Emitter } from "./emitter.ts";
import { decibelsOfLevel, levelOfDecibels } from "./level.ts";
import { VoiceProblem, insecureProblem, microphoneProblem, takenProblem } from "./problem.ts";
import { Recording } from "./recording.ts";
import type { Sound } from "./sound.ts";

interface MicrophoneEvents {
  /** Voice activity or mute has changed. */
  speech: undefined;
  /** The device was lost; null: it is back. */
  trouble: VoiceProblem | null;
  /** Devices were added or removed. */
  devices: undefined;
}

/** The page's microphone. Silent without a device. */
export class MicrophoneInput implements Microphone {
  readonly events = new Emitter<MicrophoneEvents>();
  /** The sound to send, after volume and delay; what is connected to it is sent, too. */
  readonly node: AudioNode;
  /** Null if the browser provides none, as the page was loaded over plain HTTP; there is no device then either. */
  private readonly worklet: AudioWorkletNode | null;
  private readonly context: AudioContext;
  private readonly stopWatching: () => void;
  readonly isStereo: boolean;
  private source: MediaStreamAudioSourceNode | null = null;
  private processing: Processing;
  /** The device in use, and the requested one. */
  private chosen: string | undefined;
  private wanted: string | undefined;
  /** The latest attempt to open a device; null while there is none. */
  private opening: Promise<void> | null = null;
  private isClosed = false;
  private isLost = false;
  /** Its loss has been reported. */
  private isMissed = false;
  private loudness = 0;
  private gateOpen = false;
  private isMuted = false;
  private settings = { threshold: 0.25, holdMs: 400, volume: 1 };
  private recording: Recording | null = null;

  /** The worklet of `sound` must be loaded, if there is any sound. */
  constructor(sound: Sound, processing: Processing, isStereo = false) {
    this.context = sound.context;
    this.isStereo = isStereo;
    this.processing = processing;
    this.worklet = sound.context.audioWorklet === undefined ? null : new AudioWorkletNode(sound.context, MICROPHONE, { ...channels(isStereo), numberOfOutputs: 1, outputChannelCount: [isStereo ? 2 : 1] });
    this.worklet?.port.addEventListener("message", ({ data }: MessageEvent<Report>) => this.onReport(data));
    this.worklet?.port.start();
    this.node = this.worklet ?? new GainNode(sound.context, channels(isStereo));
    this.stopWatching = onDevicesChange(() => {
      this.events.emit("devices", undefined);
      void this.recover();
    });
  }

  get input(): AudioNode {
    return this.node;
  }

  get level(): number {
    return this.loudness;
  }

  get threshold(): number {
    return this.settings.threshold;
  }

  set threshold(threshold: number) {
    this.settings.threshold = clamp(threshold, 0, 1, 0.25);
    this.post({ thresholdDb: decibelsOfLevel(this.settings.threshold) });
  }

  get holdMs(): number {
    return this.settings.holdMs;
  }

  set holdMs(ms: number) {
    this.settings.holdMs = clamp(ms, 0, 5000, 400);
    this.post({ holdMs: this.settings.holdMs });
  }

  get volume(): number {
    return this.settings.volume;
  }

  set volume(volume: number) {
    this.settings.volume = clamp(volume, 0, 4, 1);
    this.post({ gain: this.settings.volume });
  }

  get isOpen(): boolean {
    return this.gateOpen;
  }

  get muted(): boolean {
    return this.isMuted;
  }

  set muted(muted: boolean) {
    this.isMuted = muted;
    this.events.emit("speech", undefined);
  }

  get device(): string | null {
    const settings = this.source?.mediaStream.getAudioTracks()[0]?.getSettings();
    return settings?.deviceId ?? null;
  }

  list(): Promise<Device[]> {
    return listDevices("audioinput");
  }

  async choose(id?: string): Promise<void> {
    this.wanted = id;
    await this.open();
  }

  async process(processing: Processing): Promise<void> {
    this.processing = { ...this.processing, ...processing };
    if (this.isClosed || this.source !== null || this.opening !== null) await this.open();
  }

  async record(seconds: number, signal?: AbortSignal): Promise<AudioBuffer> {
    if (this.source === null) throw new VoiceProblem("no-microphone", "There is no microphone to record.");
    if (this.recording !== null) throw new VoiceProblem("other", "Another recording is in progress.");
    signal?.throwIfAborted();
    const { sampleRate } = this.context;
    const recording = new Recording(Math.ceil(clamp(seconds, 0, RECORDING_MAX_S, 1) * sampleRate));
    const giveUp = () => recording.end(signal?.reason);
    signal?.addEventListener("abort", giveUp);
    this.recording = recording;
    this.post({ recording: true });
    try {
      const samples = await recording.whole;
      const buffer = this.context.createBuffer(1, samples.length, sampleRate);
      buffer.copyToChannel(samples, 0);
      return buffer;
    } finally {
      signal?.removeEventListener("abort", giveUp);
      this.recording = null;
      this.post({ recording: false });
    }
  }

  /** The delay with which an utterance begins, so that a channel can be open before its first syllable is sent. */
  setDelay(delayMs: number): void {
    this.post({ delayMs });
  }

  close(): void {
    if (this.isClosed) return;
    this.onReport({ decibels: -Infinity, isOpen: false });
    this.isClosed = true;
    this.isLost = false;
    this.stopWatching();
    this.release();
    this.recording?.end(closedProblem());
    this.post({ isOver: true });
    this.node.disconnect();
  }

  /** Opens the requested device. If another request replaces it meanwhile, resolves with that one. */
  private open(): Promise<void> {
    if (this.isClosed) return Promise.reject(closedProblem());
    const opening = this.openWanted(() => this.opening === opening);
    this.opening = opening;
    return opening;
  }

  private async openWanted(isLatest: () => boolean): Promise<void> {
    const { wanted } = this;
    try {
      const stream = await requestMicrophone(wanted, this.processing, this.isStereo);
      if (!this.isClosed && isLatest()) {
        this.use(stream);
        this.chosen = wanted;
        return;
      }
      stop(stream);
      if (this.isClosed) throw closedProblem();
      await this.opening;
    } catch (problem) {
      if (isLatest()) this.wanted = this.chosen;
      throw problem;
    } finally {
      if (isLatest()) this.opening = null;
    }
  }

  private use(stream: MediaStream): void {
    const source = this.sourceOf(stream);
    this.release();
    this.source = source;
    source.connect(this.node);
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => this.onEnded(stream));
      track.addEventListener("mute", () => this.onTaken(stream));
      track.addEventListener("unmute", () => this.onBack(stream));
    }
    this.isLost = false;
    this.onBack(stream);
  }

  private sourceOf(stream: MediaStream): MediaStreamAudioSourceNode {
    try {
      return this.context.createMediaStreamSource(stream);
    } catch (cause) {
      stop(stream);
      throw microphoneProblem(cause, null);
    }
  }

  private release(): void {
    this.source?.disconnect();
    if (this.source !== null) stop(this.source.mediaStream);
    this.source = null;
  }

  /** The device or the permission is lost. */
  private onEnded(stream: MediaStream): void {
    if (this.source?.mediaStream !== stream) return;
    this.release();
    this.isLost = true;
    void this.recover();
  }

  /** The system has given the device to another program, such as a phone call. */
  private onTaken(stream: MediaStream): void {
    if (this.source?.mediaStream === stream) this.miss(takenProblem());
  }

  private onBack(stream: MediaStream): void {
    if (this.source?.mediaStream !== stream || !this.isMissed) return;
    this.isMissed = false;
    this.events.emit("trouble", null);
  }

  private miss(problem: VoiceProblem): void {
    this.isMissed = true;
    this.events.emit("trouble", problem);
  }

  /** Opens the chosen device, or any if that is missing. */
  private async recover(): Promise<void> {
    for (const device of new Set([this.chosen, undefined])) {
      if (!this.isLost) return;
      try {
        const stream = await requestMicrophone(device, this.processing, this.isStereo);
        // A device chosen or closed meanwhile takes precedence.
        if (!this.isLost) return stop(stream);
        this.use(stream);
        this.chosen = device;
        if (this.opening === null) this.wanted = device;
      } catch (problem) {
        if (this.isLost && device === undefined && problem instanceof VoiceProblem) this.miss(problem);
      }
    }
  }

  private onReport(report: Report): void {
    if (this.isClosed) return;
    this.loudness = levelOfDecibels(report.decibels);
    if (report.samples !== undefined) this.recording?.take(report.samples);
    if (report.isOpen === this.gateOpen) return;
    this.gateOpen = report.isOpen;
    this.events.emit("speech", undefined);
  }

  private post(settings: Settings): void {
    this.worklet?.port.postMessage(settings);
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function closedProblem(): VoiceProblem {
  return new VoiceProblem("other", "The microphone was closed.");
}

/** Requests a microphone, which may prompt the user. Rejects with a `VoiceProblem`. */
async function requestMicrophone(id: string | undefined, processing: Processing, isStereo: boolean): Promise<MediaStream> {
  if (!isSecureContext || navigator.mediaDevices === undefined) throw insecureProblem();
  const audio: MediaTrackConstraints = {
    // Browsers process one channel only.
    echoCancellation: processing.echoCancellation ?? !isStereo,
    noiseSuppression: processing.noiseSuppression ?? !isStereo,
    autoGainControl: processing.autoGainControl ?? !isStereo,
    channelCount: isStereo ? 2 : 1,
    ...(id === undefined || id === "" ? {} : { deviceId: { exact: id } }),
  };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (cause) {
    throw microphoneProblem(cause, await permission());
  }
}

async function permission(): Promise<PermissionState | null> {
  try {
    return (await navigator.permissions.query({ name: "microphone" as PermissionName })).state;
  } catch {
    return null;
  }
}

/** A microphone with an open device. Rejects with a `VoiceProblem`. */
export async function openMicrophoneInput(
  sound: Sound,
  assets: string,
  options: MicrophoneOptions,
): Promise<MicrophoneInput> {
  const microphone = await silentMicrophoneInput(sound, assets, options);
  try {
    await microphone.choose(options.device);
  } catch (problem) {
    microphone.close();
    throw problem;
  }
  return microphone;
}

/** A microphone without a device yet. */
export async function silentMicrophoneInput(
  sound: Sound,
  assets: string,
  processing: Processing & Stereo,
): Promise<MicrophoneInput> {
  if (sound.context.audioWorklet !== undefined) await sound.loadWorklet(assets);
  const { echoCancellation, noiseSuppression, autoGainControl } = processing;
  const known = { echoCancellation, noiseSuppression, autoGainControl };
  const chosen = Object.fromEntries(Object.entries(known).filter(([, on]) => on !== undefined));
  return new MicrophoneInput(sound, chosen, processing.stereo ?? false);
}

function channels(isStereo: boolean): AudioNodeOptions {
  return { channelCount: isStereo ? 2 : 1, channelCountMode: "explicit" };
}

const RECORDING_MAX_S = 30;
