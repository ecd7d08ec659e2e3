// The worker of an encrypted session: the page's keys, and all that passes through them.
//
// The keys stay here: the page's scripts get the member's own key, to keep it, and never those of an epoch.

import { type EncodedFrame, FrameCipher } from "./frame_cipher.ts";
import type { KeysToPage, PacketMessage, PageToKeys, TransformOptions } from "./messages.ts";
import { Wasm } from "./wasm.ts";

class KeysWorker {
  private readonly wasm: Wasm;
  private readonly frames: FrameCipher;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastStatus = "";
  /** Null until the page was told: also an empty list is told, so that a page keeps its key before it has met anyone. */
  private lastKnown: string | null = null;

  constructor(wasm: Wasm, settings: unknown) {
    this.wasm = wasm;
    this.frames = new FrameCipher(wasm, () => performance.now());
    if (wasm.exports.member_start(wasm.writeJson(settings)) === 0) throw new Error("the name or the key cannot be used");
    post({ type: "ready", key: hexadecimal(wasm.read(wasm.exports.member_key()) ?? new Uint8Array()) });
    setInterval(() => this.drain(), STATUS_EVERY_MS);
    this.drain();
  }

  take(message: PageToKeys): void {
    const { wasm } = this;
    switch (message.type) {
      case "start":
        return;
      case "joined":
        wasm.exports.member_joined(now(), Number(message.encrypted), Number(message.resumed));
        break;
      case "group":
        this.takeGroup(message.message);
        break;
      case "player":
        wasm.exports.member_player(wasm.writeJson({ id: message.id, name: message.name }));
        return;
      case "slot":
        wasm.exports.member_slot(wasm.writeJson({ slot: message.slot, name: message.name, rooms: message.rooms }));
        this.frames.retry(message.slot);
        return;
      case "targets":
        wasm.exports.member_targets(wasm.writeJson(message.targets));
        return;
      case "rooms":
        wasm.exports.member_rooms(wasm.writeJson(message.rooms));
        break;
      case "report":
        this.report(message.players, message.reason);
        break;
      case "verify":
        wasm.exports.member_verify(wasm.write(new TextEncoder().encode(message.name)));
        break;
      case "seal-text": {
        const length = wasm.exports.text_seal(wasm.writeJson({ to: message.to, text: message.text }));
        post({ type: "text", id: message.id, text: wasm.readText(length) });
        break;
      }
      case "open-text": {
        const to = "room" in message.to ? { to: { room: message.to.room } } : {};
        const length = wasm.exports.text_open(now(), wasm.writeJson({ name: message.name, text: message.text, ...to }));
        post({ type: "text", id: message.id, text: wasm.readText(length) });
        return;
      }
      case "packets":
        message.port.onmessage = ({ data }: MessageEvent<PacketMessage>) => this.takePacket(message.port, data);
        return;
    }
    this.drain();
  }

  /** Passes the frames of a sender or a receiver on. */
  async transform({ readable, writable, options }: Transformer): Promise<void> {
    const [reader, writer] = [readable.getReader(), writable.getWriter()];
    const sink = (frame: EncodedFrame) => void writer.write(frame).catch(() => {});
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (options.slot === null) this.frames.seal(next.value, sink);
      else this.frames.open(options.slot, next.value, sink);
    }
  }

  private takeGroup(message: Uint8Array): void {
    const length = this.wasm.write(message);
    if (length >= 0) this.wasm.exports.member_message(now(), length);
  }

  private takePacket(port: MessagePort, message: PacketMessage): void {
    if (message.type === "flush") return port.postMessage(message);
    const { wasm } = this;
    const { type, link, packet } = message;
    const length = wasm.write(packet.subarray(1));
    if (length < 0) return;
    const passed = wasm.read(type === "seal" ? wasm.exports.packet_seal(length) : wasm.exports.packet_open(now(), length));
    if (passed === null) return;
    const whole = new Uint8Array(1 + passed.length);
    whole.set(packet.subarray(0, 1));
    whole.set(passed, 1);
    const answer: PacketMessage = { type, link, packet: whole };
    port.postMessage(answer, [whole.buffer]);
  }

  private report(players: readonly string[], reason: string): void {
    const madeUnixS = Math.floor(Date.now() / 1_000);
    const length = this.wasm.exports.member_report(now(), this.wasm.writeJson({ players, reason, madeUnixS }));
    const why = this.wasm.readText(length);
    if (why !== null) post({ type: "event", event: JSON.stringify({ type: "reportRefused", why }) });
  }

  private drain(): void {
    const { wasm } = this;
    const { exports } = wasm;
    for (let message = wasm.read(exports.member_poll_message()); message !== null; message = wasm.read(exports.member_poll_message())) {
      post({ type: "group", message }, [message.buffer]);
    }
    this.tellStatus();
    for (let event = wasm.readText(exports.member_poll_event()); event !== null; event = wasm.readText(exports.member_poll_event())) {
      post({ type: "event", event });
    }
    clearTimeout(this.timer);
    const wait = Math.max(0, (exports.member_poll_timeout() - now()) / 1_000);
    if (wait < TIMER_MS_MAX) this.timer = setTimeout(() => this.onTime(), wait);
  }

  private onTime(): void {
    this.wasm.exports.member_timeout(now());
    this.drain();
  }

  private tellStatus(): void {
    const status = this.wasm.readText(this.wasm.exports.member_status()) ?? "";
    if (status === this.lastStatus) return;
    this.lastStatus = status;
    post({ type: "status", status });
    // A list longer than the exchange is not told: a page must not keep an empty one instead.
    const keys = this.wasm.readText(this.wasm.exports.member_known_keys());
    if (keys === null || keys === this.lastKnown) return;
    this.lastKnown = keys;
    post({ type: "known", keys });
  }
}

/** `RTCRtpScriptTransformer` of WebRTC Encoded Transform. */
interface Transformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: TransformOptions;
}

function post(message: KeysToPage, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

/** In microseconds. */
function now(): number {
  return 1_000 * performance.now();
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The counts in the status change all the time, and frames that are not sent are events. */
const STATUS_EVERY_MS = 2_000;
/** The limit of a timer (HTML, 8.6: 31 bits). */
const TIMER_MS_MAX = 2 ** 31;

let worker: Promise<KeysWorker> | undefined;

/** Reports errors: browsers do not report unhandled rejections of a worker to the page. */
function use(use: (worker: KeysWorker) => void | Promise<void>): void {
  worker?.then(use).catch((cause: unknown) => post({ type: "failed", why: String(cause) }));
}

self.onmessage = ({ data }: MessageEvent<PageToKeys>) => {
  if (data.type === "start") worker = Wasm.load(data.wasm).then((wasm) => new KeysWorker(wasm, data.settings));
  use((worker) => worker.take(data));
};

const scope = self as unknown as { onrtctransform: (event: { readonly transformer: Transformer }) => void };
scope.onrtctransform = ({ transformer }) => use((worker) => worker.transform(transformer));
