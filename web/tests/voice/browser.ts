// The parts of a browser that the library uses: synchronous fakes that record what is left open.

import type { LinkOptions } from "../../src/voice/link.ts";

/** A node of the audio graph, as strict as real ones about connections. */
export class FakeNode {
  readonly context: FakeContext;
  readonly outputs = new Set<FakeNode>();
  readonly gain = new FakeParameter();

  constructor(context: FakeContext) {
    this.context = context;
  }

  connect(node: FakeNode): FakeNode {
    this.outputs.add(node);
    return node;
  }

  disconnect(node?: FakeNode): void {
    if (node === undefined) this.outputs.clear();
    else if (!this.outputs.delete(node)) throw new DOMException("they are not connected", "InvalidAccessError");
  }
}

class FakeParameter {
  value = 0;

  setTargetAtTime(to: number): void {
    this.value = to;
  }
}

/** One end of a channel between threads: sent messages, and the other end's messages. */
export class FakePort extends EventTarget {
  readonly said: unknown[] = [];
  onmessage: ((event: MessageEvent) => void) | null = null;
  isClosed = false;

  postMessage(message: unknown): void {
    this.said.push(message);
  }

  start(): void {}

  close(): void {
    this.isClosed = true;
  }

  hear(data: unknown): void {
    const event = new MessageEvent("message", { data });
    this.onmessage?.(event);
    this.dispatchEvent(event);
  }
}

export class FakeWorkletNode extends FakeNode {
  static last: FakeWorkletNode;
  readonly port = new FakePort();
  onprocessorerror: (() => void) | null = null;

  constructor(context: FakeContext) {
    super(context);
    FakeWorkletNode.last = this;
  }
}

export class FakeTrack extends EventTarget {
  enabled = true;
  isStopped = false;
  readonly device: string;

  constructor(device: string) {
    super();
    this.device = device;
  }

  stop(): void {
    this.isStopped = true;
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.device };
  }
}

export class FakeStream {
  readonly tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] = [new FakeTrack("default")]) {
    this.tracks = tracks;
  }

  getTracks(): FakeTrack[] {
    return this.tracks;
  }

  getAudioTracks(): FakeTrack[] {
    return this.tracks;
  }
}

class FakeDestination extends FakeNode {
  readonly stream = new FakeStream();
}

export class FakeContext extends EventTarget {
  readonly sampleRate = 48_000;
  readonly currentTime = 0;
  readonly state = "running";
  readonly destination: FakeNode = new FakeNode(this);
  readonly audioWorklet = { addModule: () => Promise.resolve() };
  readonly listener = { setOrientation: () => {}, setPosition: () => {} };

  resume(): Promise<void> {
    return Promise.resolve();
  }

  createGain(): FakeNode {
    return new FakeNode(this);
  }

  createMediaStreamSource(mediaStream: FakeStream): FakeNode {
    return Object.assign(new FakeNode(this), { mediaStream });
  }

  createBuffer(_channels: number, length: number): { length: number; copyToChannel(): void } {
    return { length, copyToChannel: () => {} };
  }
}

/** A pending prompt. */
export class Question {
  readonly device: string | null;
  readonly constraints: MediaTrackConstraints;
  readonly answer: Promise<FakeStream>;
  private settle!: { resolve(stream: FakeStream): void; reject(cause: unknown): void };

  constructor(constraints: MediaTrackConstraints) {
    this.constraints = constraints;
    this.device = (constraints.deviceId as { exact?: string } | undefined)?.exact ?? null;
    this.answer = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
  }

  /** Grants the device; returns its only track. */
  allow(): FakeTrack {
    const track = new FakeTrack(this.device ?? "default");
    this.settle.resolve(new FakeStream([track]));
    return track;
  }

  deny(name = "NotFoundError"): void {
    this.settle.reject(new DOMException("no", name));
  }
}

class FakeDevices extends EventTarget {
  readonly questions: Question[] = [];

  getUserMedia({ audio }: { audio: MediaTrackConstraints }): Promise<FakeStream> {
    const question = new Question(audio);
    this.questions.push(question);
    return question.answer;
  }

  enumerateDevices(): Promise<never[]> {
    return Promise.resolve([]);
  }
}

class FakeDataChannel {
  readyState = "connecting";
  readonly bufferedAmount = 0;
  readonly said: string[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  send(text: string): void {
    this.said.push(text);
  }
}

export class FakePeer {
  static readonly all: FakePeer[] = [];
  /** What it offers. */
  static sdp = "v=0";
  readonly channel = new FakeDataChannel();
  readonly iceGatheringState = "gathering";
  connectionState = "new";
  localDescription: { sdp?: string } | null = null;
  remoteDescription: { sdp?: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;
  isClosed = false;
  /** The last step before candidates are checked. */
  isAnswered = false;
  senders: unknown[] = [];

  constructor() {
    FakePeer.all.push(this);
  }

  /** Working candidates have been found. */
  open(): void {
    this.channel.readyState = "open";
    this.connectionState = "connected";
    this.channel.onopen?.();
  }

  addTransceiver(): { receiver: { track: FakeTrack } } {
    return { receiver: { track: new FakeTrack("remote") } };
  }

  createDataChannel(): FakeDataChannel {
    return this.channel;
  }

  createOffer(): Promise<{ sdp: string }> {
    return Promise.resolve({ sdp: FakePeer.sdp });
  }

  async setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
  }

  async setRemoteDescription(description: { sdp: string }): Promise<void> {
    this.remoteDescription = description;
    this.isAnswered = true;
  }

  getSenders(): unknown[] {
    return this.senders;
  }

  async getStats(): Promise<Map<string, unknown>> {
    return new Map();
  }

  close(): void {
    this.isClosed = true;
    this.connectionState = "closed";
    this.channel.readyState = "closed";
  }
}

export class FakeWorker extends FakePort {
  static last: FakeWorker;
  onerror: ((event: { message: string }) => void) | null = null;
  isTerminated = false;

  constructor() {
    super();
    FakeWorker.last = this;
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

/** The page's document, window and devices. */
export const PAGE = {
  document: Object.assign(new EventTarget(), { hidden: false, visibilityState: "visible" }),
  window: new EventTarget(),
  devices: new FakeDevices(),
  /** What was sent with each request that has a body. */
  bodies: [] as string[],
};

const INFO = { version: "0", join: "open", sessions: ["main"], fallback: true };
const ANSWER = { sdp: "v=0", key: "KEY", slots: 2 };

async function answerTo(address: URL | string, { signal, body }: RequestInit = {}): Promise<Response> {
  if (signal?.aborted === true) throw signal.reason;
  if (typeof body === "string") PAGE.bodies.push(body);
  const { pathname } = new URL(address);
  if (pathname.endsWith(".wasm")) return new Response(new Uint8Array(8));
  return Response.json(pathname.endsWith("/info") ? INFO : { ...ANSWER, sdp: FakePeer.sdp });
}

const GLOBALS = {
  AudioContext: FakeContext,
  AudioWorkletNode: FakeWorkletNode,
  AnalyserNode: class extends FakeNode {
    readonly fftSize = 2048;
  },
  GainNode: FakeNode,
  MediaStreamAudioDestinationNode: FakeDestination,
  MediaStream: FakeStream,
  Audio: class {
    srcObject: unknown = null;
    play = () => Promise.resolve();
  },
  RTCPeerConnection: FakePeer,
  RTCRtpReceiver: {},
  Worker: FakeWorker,
  isSecureContext: true,
  location: { href: "https://voice.example/" },
  document: PAGE.document,
  navigator: { mediaDevices: PAGE.devices },
  addEventListener: PAGE.window.addEventListener.bind(PAGE.window),
  removeEventListener: PAGE.window.removeEventListener.bind(PAGE.window),
  fetch: answerTo,
};

for (const [name, value] of Object.entries(GLOBALS)) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Resolves after ten turns of the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Options with, by default, the callbacks of a page that is alone in its session. */
export function linkOptions(context: FakeContext, microphone: FakeNode, signal: AbortSignal): LinkOptions {
  const options = {
    context,
    microphone,
    url: "https://voice.example/",
    assets: "https://voice.example/",
    info: INFO,
    join: { session: "main", name: "Alice" },
    slots: 2,
    encryption: null,
    events: { slow: () => {}, message: () => {}, troubled: () => {}, lost: () => {} },
    signal,
  };
  return options as unknown as LinkOptions;
}
