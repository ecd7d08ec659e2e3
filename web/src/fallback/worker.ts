// The fall-back's worker: the WebSocket, the client engine and the encoder, unaffected by the page's main thread.

import type { PacketMessage } from "../e2ee/messages.ts";
import type { PageToWorker, WorkerToPage, WorkerToWorklet, WorkletToWorker } from "./messages.ts";
import { PacketSocket } from "./packet_socket.ts";
import { type Outside, PlayerDriver } from "./player_driver.ts";
import { Wasm } from "./wasm.ts";

class VoiceWorker implements Outside {
  private readonly url: string;
  private readonly worklet: MessagePort;
  /** Where packets are sealed and opened; null if they are not. */
  private readonly keys: MessagePort | null;
  private links = 0;
  private readonly driver: PlayerDriver;
  private socket: PacketSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly ticking: ReturnType<typeof setInterval>;
  private isOver = false;

  constructor(wasm: Wasm, { url, player, worklet, keys }: Extract<PageToWorker, { type: "start" }>) {
    this.url = url;
    this.worklet = worklet;
    this.keys = keys;
    if (keys !== null) keys.onmessage = ({ data }: MessageEvent<PacketMessage>) => this.passed(data);
    this.driver = new PlayerDriver(wasm, this);
    worklet.onmessage = ({ data }: MessageEvent<WorkletToWorker>) => this.driver.microphone(data);
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    if (!this.driver.start(player)) this.over("the player's name, session or token is not what it should be");
  }

  say(text: string): void {
    this.driver.message(text);
  }

  openLink(): void {
    if (this.isOver) return;
    // The engine knows one link: events of an earlier one are ignored.
    const ifCurrent = (then: () => void) => {
      if (this.socket === socket) then();
    };
    this.links += 1;
    this.socket?.close();
    const socket = new PacketSocket(this.url, {
      up: () =>
        ifCurrent(() => {
          post({ type: "up" });
          this.driver.linkUp();
        }),
      packet: (message) => ifCurrent(() => this.receive(message)),
      down: (wasUp, reason) =>
        ifCurrent(() => {
          this.socket = null;
          this.driver.linkDown(wasUp, reason);
        }),
    });
    this.socket = socket;
  }

  closeLink(): void {
    if (this.keys !== null && this.socket !== null) return this.pass({ type: "flush", link: this.links });
    this.socket?.close();
    this.socket = null;
  }

  transmit(message: Uint8Array<ArrayBuffer>): void {
    if (this.keys === null) this.socket?.send(message);
    else this.pass({ type: "seal", link: this.links, packet: message }, [message.buffer]);
  }

  private receive(message: Uint8Array): void {
    if (this.keys === null) return this.driver.packet(message);
    const packet = message.slice();
    this.pass({ type: "open", link: this.links, packet }, [packet.buffer]);
  }

  private pass(message: PacketMessage, transfer: Transferable[] = []): void {
    this.keys?.postMessage(message, transfer);
  }

  /** A packet has passed the cipher: what is of an earlier link is of no use any more. */
  private passed(message: PacketMessage): void {
    if (message.link !== this.links) return;
    if (message.type === "seal") this.socket?.send(message.packet);
    else if (message.type === "open") this.driver.packet(message.packet);
    else {
      this.socket?.close();
      this.socket = null;
    }
  }

  message(text: string): void {
    post({ type: "message", text });
  }

  voice(frame: Uint8Array<ArrayBuffer>): void {
    const message: WorkerToWorklet = { type: "voice", frame };
    this.worklet.postMessage(message, [frame.buffer]);
  }

  end(slot: number): void {
    const message: WorkerToWorklet = { type: "end", slot };
    this.worklet.postMessage(message);
  }

  wakeIn(ms: number): void {
    clearTimeout(this.timer);
    if (ms < TIMER_MS_MAX && !this.isOver) this.timer = setTimeout(() => this.driver.timeout(), ms);
  }

  /** Final: further output of the engine is ignored, as it may take the closed connection for a lost one. */
  over(why = "the player has left"): void {
    this.isOver = true;
    clearTimeout(this.timer);
    clearInterval(this.ticking);
    this.closeLink();
    post({ type: "over", why });
  }

  private tick(): void {
    this.socket?.tick();
    const roundTripMs = this.socket?.roundTripMs ?? null;
    if (roundTripMs === null) return;
    this.driver.roundTrip(roundTripMs);
    post({ type: "round-trip", ms: roundTripMs });
  }
}

function post(message: WorkerToPage): void {
  self.postMessage(message);
}

async function start(message: Extract<PageToWorker, { type: "start" }>): Promise<VoiceWorker> {
  return new VoiceWorker(await Wasm.load(message.wasm), message);
}

/** How often the connection is polled, in ms. */
const TICK_MS = 250;
/** The limit of a timer (HTML, 8.6: 31 bits); no delay here is as long. */
const TIMER_MS_MAX = 2 ** 31;

let worker: Promise<VoiceWorker> | undefined;

/** Reports errors: browsers do not report unhandled rejections of a worker to the page. */
function use(use: (worker: VoiceWorker) => void): Promise<void> | undefined {
  return worker?.then(use).catch((cause: unknown) => post({ type: "over", why: String(cause) }));
}

self.onmessage = ({ data }: MessageEvent<PageToWorker>) => {
  switch (data.type) {
    case "start":
      worker = start(data);
      void use(() => {});
      return;
    case "message":
      void use((worker) => worker.say(data.text));
      return;
    case "close":
      void use((worker) => worker.over())?.then(() => setTimeout(() => self.close(), FAREWELL_MS));
      return;
  }
};

/** How long queued messages may take to be sent. */
const FAREWELL_MS = 1_000;
