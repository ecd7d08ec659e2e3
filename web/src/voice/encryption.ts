// End-to-end encryption on the page's side: passes on to the worker what it has to know, and puts its answers to use.
//
// What the worker does not confirm goes nowhere: without keys there is silence, never plain voice.

import type { KeysToPage, MemberSettings, PageToKeys, TransformOptions } from "../e2ee/messages.ts";
import type { Target } from "./api.ts";
import type { FromPage, ToPage } from "./control.ts";
import type { EncryptionEvent, EncryptionStatus } from "./encryption_api.ts";
import { NOT_ENCRYPTED, readEvent, readStatus } from "./encryption_status.ts";
import { GroupParts, partsOf } from "./group_parts.ts";
import { VoiceProblem } from "./problem.ts";

/** What the page does for it. */
export interface EncryptionEffects {
  /** Sends a message; false if the link accepts no more at present. */
  send(message: FromPage): boolean;
  /** A message that was opened, or a problem. */
  message(message: ToPage): void;
  changed(): void;
  event(event: EncryptionEvent): void;
}

/** Whether this browser can have keys. */
export function canEncrypt(): boolean {
  return typeof WebAssembly === "object" && typeof Worker === "function";
}

/** Whether it can encrypt what it sends over WebRTC. */
export function canEncryptFrames(): boolean {
  return typeof RTCRtpScriptTransform === "function";
}

export class Encryption {
  status: EncryptionStatus = NOT_ENCRYPTED;
  /** Nothing may pass without encryption. */
  readonly isStrict: boolean;
  /** All frames are to have one size. */
  readonly hasConstantRate: boolean;
  private readonly worker: Worker;
  private readonly effects: EncryptionEffects;
  private readonly parts = new GroupParts();
  private readonly names = new Map<number, string>();
  private readonly rooms = new Map<number, readonly string[]>();
  private readonly listened = new Set<string>();
  private readonly slots: (number | null)[] = [];
  private readonly channels = new Map<number, Target>();
  /** Texts whose answers have not come, by number. */
  private readonly texts = new Map<number, (text: string | null) => void>();
  private lastText = 0;
  private outbox: FromPage[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The link passes packets to the worker itself, so texts in control messages are not sealed. */
  private isOfPackets = false;

  /** Loads the worker from the folder of `assets` and makes the keys. Rejects with a `VoiceProblem`. */
  static async open(assets: string, settings: MemberSettings, effects: EncryptionEffects): Promise<Encryption> {
    const wasm = await fetchWasm(assets);
    let worker: Worker;
    try {
      worker = new Worker(new URL("e2ee-worker.js", assets), { type: "module" });
    } catch (cause) {
      throw notLoaded(cause);
    }
    const encryption = new Encryption(worker, settings, effects);
    await encryption.start(wasm, settings).catch((cause: unknown) => {
      encryption.close();
      throw notLoaded(cause);
    });
    return encryption;
  }

  private constructor(worker: Worker, { strict, constantRate = false }: MemberSettings, effects: EncryptionEffects) {
    this.worker = worker;
    this.isStrict = strict;
    this.hasConstantRate = constantRate;
    this.effects = effects;
  }

  /** A new link begins; `isOfPackets` if it has an engine in the page. */
  begin(isOfPackets: boolean): void {
    this.isOfPackets = isOfPackets;
    this.parts.clear();
    this.outbox = [];
  }

  /** Seals the frames of a microphone. */
  sealSender(sender: RTCRtpSender): void {
    sender.transform = this.transform(null);
  }

  /** Opens the frames of a slot. */
  openReceiver(receiver: RTCRtpReceiver, slot: number): void {
    receiver.transform = this.transform(slot);
  }

  /** A port for the packets of an engine in the page: see `PacketMessage`. */
  packetPort(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.post({ type: "packets", port: port1 }, [port1]);
    return port2;
  }

  /** A message to the page; true if it goes no further. */
  take(message: ToPage): boolean {
    switch (message.type) {
      case "group":
        this.takeGroup(message);
        return true;
      case "text":
        if (this.isOfPackets) return false;
        this.openText(message);
        return true;
      case "joined":
        this.names.clear();
        this.rooms.clear();
        this.slots.length = 0;
        this.channels.clear();
        this.listened.clear();
        this.post({ type: "joined", encrypted: message.encrypted, resumed: message.resumed });
        this.notePlayer(message.id, message.name);
        return false;
      case "player":
        this.notePlayer(message.id, message.name);
        return false;
      case "left":
        this.notePlayer(message.id, null);
        return false;
      case "speaking":
        this.noteRooms(message);
        return false;
      case "slot":
        this.slots[message.slot] = message.player;
        this.tellSlot(message.slot);
        return false;
      default:
        return false;
    }
  }

  /** A message of the page; true if it is sent from here later. */
  intercept(message: FromPage): boolean {
    switch (message.type) {
      case "open":
        this.channels.set(message.channel, message.to);
        this.tellTargets();
        return false;
      case "close":
        if (this.channels.delete(message.channel)) this.tellTargets();
        return false;
      case "listen":
        this.listened.add(message.room);
        this.tellRooms();
        return false;
      case "unlisten":
        this.listened.delete(message.room);
        this.tellRooms();
        return false;
      case "text":
        if (this.isOfPackets) return false;
        this.sealText(message.to, message.text);
        return true;
      default:
        return false;
    }
  }

  report(players: readonly string[], reason: string): void {
    this.post({ type: "report", players, reason });
  }

  /** The safety number of the member with this name was compared. */
  verify(name: string): void {
    this.post({ type: "verify", name });
  }

  /** What an engine in the page says at its end still passes. */
  close(): void {
    clearTimeout(this.timer);
    setTimeout(() => this.worker.terminate(), FAREWELL_MS);
  }

  private start(wasm: ArrayBuffer, settings: MemberSettings): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("it does not answer")), START_MS);
      this.worker.onerror = ({ message }) => reject(new Error(message));
      this.worker.onmessage = ({ data }: MessageEvent<KeysToPage>) => {
        if (data.type === "ready") {
          clearTimeout(timer);
          resolve();
        }
        if (data.type === "failed") reject(new Error(data.why));
        this.hear(data);
      };
      this.post({ type: "start", wasm, settings });
    });
  }

  private hear(message: KeysToPage): void {
    switch (message.type) {
      case "ready":
        this.status = { ...this.status, identityKey: message.key };
        return;
      case "group":
        this.sendGroup(message.message);
        return;
      case "status":
        this.status = { ...this.status, ...readStatus(message.status) };
        this.effects.changed();
        return;
      case "known":
        this.status = { ...this.status, knownKeys: message.keys };
        this.effects.changed();
        return;
      case "event": {
        const event = readEvent(message.event);
        if (event !== undefined) this.effects.event(event);
        return;
      }
      case "text":
        this.texts.get(message.id)?.(message.text);
        this.texts.delete(message.id);
        return;
      case "failed":
        this.effects.event({ type: "failed", message: message.why });
        return;
    }
  }

  private takeGroup({ data, more }: Extract<ToPage, { type: "group" }>): void {
    const message = this.parts.take(data, more);
    if (message !== null) this.post({ type: "group", message }, [message.buffer]);
  }

  private sendGroup(message: Uint8Array): void {
    if (this.outbox.length > OUTBOX_MAX) this.outbox = [];
    this.outbox.push(...partsOf(message));
    this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    for (let message = this.outbox[0]; message !== undefined; message = this.outbox[0]) {
      if (!this.effects.send(message)) {
        this.timer = setTimeout(() => this.flush(), FLUSH_MS);
        return;
      }
      this.outbox.shift();
    }
  }

  private openText(message: Extract<ToPage, { type: "text" }>): void {
    const { name, to, text } = message;
    const id = this.ask((opened) => {
      if (opened !== null) this.effects.message({ ...message, text: opened });
    });
    this.post({ type: "open-text", id, name, to, text });
  }

  private sealText(to: Target, text: string): void {
    const id = this.ask((sealed) => {
      if (sealed !== null && this.effects.send({ type: "text", to, text: sealed })) return;
      const why = sealed === null ? this.whyNotSealed() : "there is no connection";
      this.effects.message({ type: "problem", message: `The text was not sent: ${why}.`, about: "text" });
    });
    this.post({ type: "seal-text", id, to, text });
  }

  /** The event `withheld` has the details. */
  private whyNotSealed(): string {
    if (this.status.state === "on") return "its reader cannot encrypt, and you require that";
    return "there are no keys for this session";
  }

  private ask(answered: (text: string | null) => void): number {
    this.lastText += 1;
    this.texts.set(this.lastText, answered);
    if (this.texts.size > TEXTS_MAX) this.texts.delete(this.lastText - TEXTS_MAX);
    return this.lastText;
  }

  private notePlayer(id: number, name: string | null): void {
    if (name === null) this.names.delete(id);
    else this.names.set(id, name);
    this.rooms.delete(id);
    this.post({ type: "player", id, name });
    this.tellSlotsOf(id);
  }

  private noteRooms({ id, to }: Extract<ToPage, { type: "speaking" }>): void {
    this.rooms.set(id, to.flatMap((source) => ("room" in source ? [source.room] : [])));
    this.tellSlotsOf(id);
  }

  private tellSlotsOf(player: number): void {
    this.slots.forEach((holder, slot) => {
      if (holder === player) this.tellSlot(slot);
    });
  }

  private tellSlot(slot: number): void {
    const player = this.slots[slot] ?? null;
    const name = player === null ? null : (this.names.get(player) ?? null);
    const rooms = player === null ? [] : (this.rooms.get(player) ?? []);
    this.post({ type: "slot", slot, name, rooms });
  }

  private tellTargets(): void {
    this.post({ type: "targets", targets: [...this.channels.values()] });
    this.tellRooms();
  }

  private tellRooms(): void {
    const spoken = [...this.channels.values()].flatMap((target) => ("room" in target ? [target.room] : []));
    this.post({ type: "rooms", rooms: [...new Set([...this.listened, ...spoken])] });
  }

  private transform(slot: number | null): RTCRtpScriptTransform {
    const options: TransformOptions = { slot };
    return new RTCRtpScriptTransform(this.worker, options);
  }

  private post(message: PageToKeys, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}

async function fetchWasm(assets: string): Promise<ArrayBuffer> {
  try {
    const response = await fetch(new URL("e2ee.wasm", assets));
    if (response.ok) return await response.arrayBuffer();
  } catch {
    // Treated like an invalid answer.
  }
  throw notLoaded(undefined);
}

function notLoaded(cause: unknown): VoiceProblem {
  return new VoiceProblem("no-server", "What this page needs to encrypt could not be loaded.", { retryInMs: 0, cause });
}

const START_MS = 8_000;
const FAREWELL_MS = 1_000;
const FLUSH_MS = 50;
/** Parts of messages: more than two of the longest messages have. */
const OUTBOX_MAX = 256;
const TEXTS_MAX = 256;
