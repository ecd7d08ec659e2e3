// A link over WebRTC: the microphone and one track for each slot as RTP, control messages on a data channel.

import type { Transport } from "./api.ts";
import { type Encryption, canEncryptFrames } from "./encryption.ts";
import { type Link, type LinkOptions, type LinkStatistics, type OpenLink, unplug } from "./link.ts";
import { withOpusParameters, withPacketTime, withStereo } from "./offer.ts";
import { watchPairs } from "./pairs.ts";
import { VoiceProblem } from "./problem.ts";
import { askForRestart, postOffer } from "./signalling.ts";
import { Statistics } from "./statistics.ts";

/** Rejects with the code `no-webrtc` if another transport may succeed. */
export const openWebRtcLink: OpenLink = async (options) => {
  if (typeof RTCPeerConnection === "undefined") {
    throw new VoiceProblem("no-webrtc", "This browser has no WebRTC.");
  }
  const link = new WebRtcLink({ ...options, encryption: ofFrames(options) });
  try {
    await link.open();
  } catch (problem) {
    link.close(false);
    throw problem;
  }
  return link;
};

/** Null if what is sent over WebRTC is not to be encrypted, or cannot be; a session that requires it then refuses the page. */
function ofFrames({ encryption, info }: LinkOptions): Encryption | null {
  encryption?.begin(false);
  if (encryption === null || canEncryptFrames()) return encryption;
  if (info.fallback) throw new VoiceProblem("no-webrtc", CANNOT_ENCRYPT);
  if (encryption.isStrict) throw new VoiceProblem("encryption", CANNOT_ENCRYPT);
  return null;
}

class WebRtcLink implements Link {
  key: string | null = null;
  transport: Transport | null = null;
  slots: readonly AudioNode[] = [];
  private readonly options: LinkOptions;
  private readonly peer: RTCPeerConnection;
  private readonly control: RTCDataChannel;
  private readonly microphone: MediaStreamAudioDestinationNode;
  private readonly players: HTMLAudioElement[] = [];
  private readonly statisticsOf = new Statistics();
  private isOver = false;

  constructor(options: LinkOptions) {
    this.options = options;
    this.peer = new RTCPeerConnection({
      iceServers: [...(options.info.iceServers ?? [])],
      bundlePolicy: "max-bundle",
    });
    this.microphone = new MediaStreamAudioDestinationNode(options.context, { channelCount: options.stereo ? 2 : 1 });
    options.microphone.connect(this.microphone);
    this.control = this.addTracks();
  }

  async open(): Promise<void> {
    const { url, join, signal, events } = this.options;
    const encrypts = this.options.encryption !== null;
    const answer = await postOffer(url, { ...join, encrypts }, await this.offer(), signal);
    this.key = answer.key;
    this.slots = this.slots.slice(0, Math.max(0, answer.slots));
    this.control.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!this.isOver && typeof data === "string") events.message(data);
    };
    await this.setAnswer(answer.sdp);
    await this.whenOpen();
    await this.favourVoice();
    this.peer.onconnectionstatechange = () => this.onConnectionState();
    this.control.onclose = () => this.onClosed("the server has ended the connection");
  }

  send(text: string): boolean {
    if (this.control.readyState !== "open" || this.control.bufferedAmount > WAITING_BYTES_MAX) return false;
    this.control.send(text);
    return true;
  }

  setSending(on: boolean): void {
    for (const track of this.microphone.stream.getTracks()) track.enabled = on;
  }

  async restart(): Promise<boolean> {
    if (this.key === null || this.isOver) return false;
    const { url, join } = this.options;
    try {
      const offer = await this.offer({ iceRestart: true });
      const answer = await askForRestart(url, join.session, this.key, offer);
      if (answer === null) return false;
      await this.setRemote(answer);
      return await this.isConnectedSoon();
    } catch {
      return false;
    }
  }

  async statistics(): Promise<LinkStatistics> {
    const report = await this.peer.getStats();
    const { transport, ...statistics } = this.statisticsOf.since(report.values());
    this.transport = transport ?? this.transport;
    return statistics;
  }

  close(isUnloading: boolean): void {
    this.isOver = true;
    // Queued messages, such as a farewell, may still be in flight. A link that was never open has none, and must
    // not join any more.
    if (isUnloading || this.control.readyState !== "open") this.peer.close();
    else setTimeout(() => this.peer.close(), FAREWELL_MS);
    this.setSending(false);
    unplug(this.options.microphone, this.microphone);
    for (const player of this.players) player.srcObject = null;
    for (const slot of this.slots) slot.disconnect();
  }

  /** In the order of docs/browser/signalling.md: the microphone, the slots, the data channel. */
  private addTracks(): RTCDataChannel {
    for (const track of this.microphone.stream.getAudioTracks()) {
      track.enabled = false;
      const { sender } = opusOnly(this.peer.addTransceiver(track, { direction: "sendonly" }));
      this.options.encryption?.sealSender(sender);
    }
    this.slots = Array.from({ length: this.options.slots }, (_, slot) => {
      const { receiver } = opusOnly(this.peer.addTransceiver("audio", { direction: "recvonly" }));
      this.options.encryption?.openReceiver(receiver, slot);
      return this.play(receiver.track);
    });
    return this.peer.createDataChannel("control", { ordered: true });
  }

  /** A received track is silent in the audio graph unless an element plays it, too. */
  private play(track: MediaStreamTrack): AudioNode {
    const stream = new MediaStream([track]);
    const player = new Audio();
    player.muted = true;
    player.srcObject = stream;
    void player.play().catch(() => {});
    this.players.push(player);
    return this.options.context.createMediaStreamSource(stream);
  }

  /** Offers to play two channels; returns what to send. */
  private async offer(options: RTCOfferOptions = {}): Promise<string> {
    const { sdp = "" } = await this.peer.createOffer(options);
    await this.peer.setLocalDescription({ type: "offer", sdp: withStereo(sdp) });
    return withPacketTime(this.peer.localDescription?.sdp ?? "");
  }

  /** The first section is the microphone's. */
  private async setRemote(sdp: string): Promise<void> {
    const { stereo, encryption } = this.options;
    const parameters = [...(stereo ? ["stereo=1"] : []), ...(encryption?.hasConstantRate ? ["cbr=1", "usedtx=0"] : [])];
    await this.peer.setRemoteDescription({ type: "answer", sdp: withOpusParameters(sdp, parameters, 1) });
  }

  private async setAnswer(sdp: string): Promise<void> {
    try {
      await this.setRemote(sdp);
    } catch (cause) {
      throw new VoiceProblem("version", "This browser does not understand the server's answer.", { cause });
    }
  }

  private async favourVoice(): Promise<void> {
    const [sender] = this.peer.getSenders();
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings[0];
    if (sender === undefined || parameters === undefined || encoding === undefined) return;
    const maxBitrate = this.options.stereo ? MUSIC_BITS_PER_SECOND : BITS_PER_SECOND;
    Object.assign(encoding, { maxBitrate, priority: "high", networkPriority: "high" });
    // If a browser rejects it, voice has the default priority.
    await sender.setParameters(parameters).catch(() => {});
  }

  private async whenOpen(): Promise<void> {
    const { signal } = this.options;
    let fail = () => {};
    const isOpen = new Promise<void>((resolve, reject) => {
      fail = () => reject(new VoiceProblem("no-webrtc", "Voice does not get through to the server.", { retryInMs: 0 }));
      this.control.onopen = () => resolve();
      this.control.onclose = fail;
      this.peer.onconnectionstatechange = () => {
        if (this.peer.connectionState === "failed") fail();
      };
    });
    const timer = setTimeout(fail, CONNECT_MS);
    const slow = setTimeout(() => this.options.events.slow(), SLOW_MS);
    const stopWatching = watchPairs(this.peer, fail);
    signal.addEventListener("abort", fail);
    if (signal.aborted) fail();
    await isOpen.finally(() => {
      clearTimeout(timer);
      clearTimeout(slow);
      stopWatching();
      signal.removeEventListener("abort", fail);
    });
  }

  private onConnectionState(): void {
    const state = this.peer.connectionState;
    if (state === "closed") this.onClosed("the connection is closed");
    else if (!this.isOver && (state === "disconnected" || state === "failed")) this.options.events.troubled();
  }

  private onClosed(why: string): void {
    if (this.isOver) return;
    this.options.events.lost(why);
  }

  private async isConnectedSoon(): Promise<boolean> {
    for (let waited = 0; waited < MEND_MS && !this.isOver; waited += MEND_STEP_MS) {
      if (this.peer.connectionState === "connected") return true;
      await new Promise((resolve) => setTimeout(resolve, MEND_STEP_MS));
    }
    return false;
  }
}

function opusOnly(transceiver: RTCRtpTransceiver): RTCRtpTransceiver {
  const codecs = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
  const opus = codecs.filter((codec) => codec.mimeType.toLowerCase() === "audio/opus");
  if (opus.length > 0) transceiver.setCodecPreferences?.(opus);
  return transceiver;
}

const CANNOT_ENCRYPT = "This browser cannot encrypt voice from end to end.";
/** As Chromium does for one channel of speech; Opus is transparent for it (RFC 7587, 3.1.1: 28 to 40 kb/s for full band). */
const BITS_PER_SECOND = 32_000;
/** RFC 7587, 3.1.1: 64 to 128 kb/s for full-band stereo music. */
const MUSIC_BITS_PER_SECOND = 96_000;
/** Working candidates are found within this time; then another transport is tried. */
const CONNECT_MS = 8000;
/** UDP that is not blocked connects within a second. */
const SLOW_MS = 3000;
const MEND_MS = 3000;
const MEND_STEP_MS = 100;
const FAREWELL_MS = 200;
/** docs/browser/control.md: a message has at most 16 KiB; sixteen of those may be queued. */
const WAITING_BYTES_MAX = 256 << 10;
