// The fall-back link for networks without WebRTC: packets over a WebSocket, with the client engine in the page.
//
// The file is loaded only when needed, and loads the worker, the worklet and the WebAssembly beside it.

import { type Link, type LinkOptions, type LinkStatistics, type OpenLink, unplug } from "../voice/link.ts";
import { VoiceProblem } from "../voice/problem.ts";
import { type PageToWorker, type PageToWorklet, VOICE, type WorkerToPage, type WorkletToPage } from "./messages.ts";

/** Rejects with a `VoiceProblem`. */
export const openLink: OpenLink = async (options) => {
  const { context, assets, signal } = options;
  if (typeof WebAssembly === "undefined" || typeof Worker === "undefined" || context.audioWorklet === undefined) {
    throw new VoiceProblem("no-webrtc", "This browser is too old for voice.");
  }
  const [wasm] = await Promise.all([fetchWasm(assets, signal), loadWorklet(context, assets)]);
  if (signal.aborted) throw givenUp();
  const link = new FallbackLink(options, wasm);
  try {
    await link.whenUp;
  } catch (problem) {
    link.close();
    throw problem;
  }
  return link;
};

class FallbackLink implements Link {
  readonly key = null;
  readonly transport = "websocket";
  readonly slots: readonly AudioNode[];
  /** Rejects with a `VoiceProblem`. */
  readonly whenUp: Promise<void>;
  private readonly options: LinkOptions;
  private readonly node: AudioWorkletNode;
  private readonly worker: Worker;
  private roundTripMs: number | null = null;
  private reception: { readonly lostPercent: number; readonly delayMs: number } | null = null;
  private isUp = false;
  private isOver = false;

  constructor(options: LinkOptions, wasm: ArrayBuffer) {
    this.options = options;
    const { context, microphone, assets, slots } = options;
    // First, as a page's policy may forbid it: a node created before would run forever.
    this.worker = new Worker(new URL("fallback-worker.js", assets), { type: "module" });
    this.node = new AudioWorkletNode(context, VOICE, {
      numberOfInputs: 1,
      channelCount: 1,
      channelCountMode: "explicit",
      numberOfOutputs: slots,
      outputChannelCount: Array.from({ length: slots }, () => 1),
    });
    microphone.connect(this.node);
    this.slots = Array.from({ length: slots }, (_, slot) => {
      const voice = new GainNode(context);
      this.node.connect(voice, slot);
      return voice;
    });
    this.whenUp = this.begin(wasm);
    // The rejection is handled by `lost`.
    this.whenUp.catch(() => {});
  }

  send(text: string): boolean {
    if (this.isOver) return false;
    this.postToWorker({ type: "message", text });
    return true;
  }

  setSending(on: boolean): void {
    this.postToWorklet({ type: "sending", on });
  }

  /** The engine in the page opens another WebSocket itself. */
  restart(): Promise<boolean> {
    return Promise.resolve(!this.isOver);
  }

  statistics(): Promise<LinkStatistics> {
    const { lostPercent = null, delayMs = null } = this.reception ?? {};
    return Promise.resolve({ roundTripMs: this.roundTripMs, lostPercent, delayMs });
  }

  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.postToWorker({ type: "close" });
    // The worker ends after its farewell, unless it hangs. A worker that has not joined has no farewell to send, and must
    // not join any more.
    if (this.isUp) setTimeout(() => this.worker.terminate(), WORKER_ENDS_MS);
    else this.worker.terminate();
    this.postToWorklet({ type: "close" });
    unplug(this.options.microphone, this.node);
    for (const slot of this.slots) slot.disconnect();
    this.node.disconnect();
  }

  private begin(wasm: ArrayBuffer): Promise<void> {
    const { url, join, slots, encryption } = this.options;
    const { session, name, token, password } = join;
    const address = new URL(`api/voice/${encodeURIComponent(session)}/packets`, url);
    address.protocol = address.protocol.replace("http", "ws");
    const { port1, port2 } = new MessageChannel();
    this.postToWorklet({ type: "start", wasm, slots, worker: port1 }, [port1]);
    encryption?.begin(true);
    const keys = encryption?.packetPort() ?? null;
    const constantRate = encryption?.hasConstantRate ?? false;
    const player = { name, session, slots, encrypts: keys !== null, constantRate, ...(token === undefined ? {} : { token }) };
    const joining = password === undefined ? player : { ...player, password };
    this.postToWorker({ type: "start", wasm, url: address.href, player: joining, worklet: port2, keys }, [
      port2,
      ...(keys === null ? [] : [keys]),
    ]);
    return this.becomeUp();
  }

  private async becomeUp(): Promise<void> {
    const { signal } = this.options;
    let fail = (_: VoiceProblem) => {};
    const isUp = new Promise<void>((resolve, reject) => {
      fail = reject;
      this.hear(resolve, (why) => reject(noServer(why)));
    });
    const giveUp = () => fail(givenUp());
    const timer = setTimeout(() => fail(noServer("The server does not answer.")), CONNECT_MS);
    signal.addEventListener("abort", giveUp);
    await isUp.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    });
  }

  private hear(up: () => void, fail: (why: string) => void): void {
    this.node.port.onmessage = ({ data }: MessageEvent<WorkletToPage>) => {
      if (data.type === "reception") this.reception = data;
      else this.onOver(data.why, fail);
    };
    this.node.onprocessorerror = () => this.onOver("the engine for sound has failed", fail);
    this.worker.onerror = ({ message }) => this.onOver(message || "the worker could not be loaded", fail);
    this.worker.onmessage = ({ data }: MessageEvent<WorkerToPage>) => {
      if (data.type === "up") {
        this.isUp = true;
        up();
      }
      this.onWorker(data, fail);
    };
  }

  private onWorker(message: WorkerToPage, fail: (why: string) => void): void {
    if (this.isOver) return;
    if (message.type === "message") this.options.events.message(message.text);
    else if (message.type === "round-trip") this.roundTripMs = message.ms;
    else if (message.type === "over") this.onOver(message.why, fail);
  }

  private onOver(why: string, fail: (why: string) => void): void {
    if (this.isOver) return;
    fail(why);
    this.options.events.lost(why);
  }

  private postToWorker(message: PageToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private postToWorklet(message: PageToWorklet, transfer: Transferable[] = []): void {
    this.node.port.postMessage(message, transfer);
  }
}

async function fetchWasm(assets: string, signal: AbortSignal): Promise<ArrayBuffer> {
  try {
    const response = await fetch(new URL("consonance.wasm", assets), { signal });
    if (response.ok) return await response.arrayBuffer();
  } catch {
    // Treated like an invalid answer.
  }
  throw noServer("The server does not answer.");
}

function givenUp(): VoiceProblem {
  return noServer("The attempt was cancelled.");
}

function noServer(why: string): VoiceProblem {
  return new VoiceProblem("no-server", why, { retryInMs: 0 });
}

function loadWorklet(context: AudioContext, assets: string): Promise<void> {
  let loading = loaded.get(context);
  if (loading === undefined) {
    loading = context.audioWorklet.addModule(new URL("fallback-worklet.js", assets));
    // A retry may succeed.
    loading.catch(() => loaded.delete(context));
    loaded.set(context, loading);
  }
  return loading;
}

/** A context allows a processor name only once. */
const loaded = new WeakMap<AudioContext, Promise<void>>();

/** How long the server has to admit the player. */
const CONNECT_MS = 8_000;
/** Twice the time that a worker's farewell takes. */
const WORKER_ENDS_MS = 2_000;
