// Packets in WebSocket messages, as `docs/networks/websocket.md` defines them; voice that would be late is dropped.

import { Pulse } from "./pulse.ts";

/** The first byte of a message. */
const Mark = { Reliable: 0, Unreliable: 1, Welcome: 2, Question: 3 } as const;

/** The browser's send buffer may hold this much before voice is dropped: half a second of one speaker. */
const BUFFERED_BYTES_MAX = 2_048;

/** How long the server has to admit the player, in ms; a browser alone would wait for minutes. */
const CONNECT_MS = 8_000;

/** Callbacks of a connection. */
export interface SocketEvents {
  /** The server has admitted the player. */
  up(): void;
  /** A packet, preceded by the byte for its delivery. */
  packet(message: Uint8Array): void;
  /** The connection has ended or could not be opened, with the server's reason. Called once. */
  down(wasUp: boolean, reason: string): void;
}

/** One connection to the server; reconnecting takes a new object. */
export class PacketSocket {
  private readonly socket: WebSocket;
  private readonly events: SocketEvents;
  private readonly pulse = new Pulse();
  private readonly begunAt = performance.now();
  private isUp = false;
  private isDown = false;
  /** Voice packets that were dropped. */
  dropped = 0;

  constructor(url: string, events: SocketEvents) {
    this.events = events;
    this.socket = new WebSocket(url, "consonance.v1");
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }: MessageEvent<unknown>) => this.receive(data);
    this.socket.onclose = ({ reason }) => this.end(reason);
  }

  /** The server's response time, in ms; null before the first response. */
  get roundTripMs(): number | null {
    return this.pulse.roundTripMs;
  }

  /** Sends a packet, preceded by the byte for its delivery. */
  send(message: Uint8Array<ArrayBuffer>): void {
    if (!this.isUp || this.isDown) {
      return;
    }
    if (message[0] === Mark.Unreliable) {
      const now = performance.now();
      this.pulse.noteVoice(now);
      if (this.pulse.isBehind(now) || this.socket.bufferedAmount > BUFFERED_BYTES_MAX) {
        this.dropped += 1;
        return;
      }
    }
    this.socket.send(message);
  }

  /** To be called a few times per second: sends pings, and closes a dead connection. */
  tick(): void {
    if (this.isDown) {
      return;
    }
    const now = performance.now();
    if (this.isUp ? this.pulse.isLost(now) : now - this.begunAt > CONNECT_MS) {
      this.close();
      this.end("the server does not answer");
      return;
    }
    const number = this.isUp ? this.pulse.question(now) : null;
    if (number !== null) {
      const question = new DataView(new ArrayBuffer(5));
      question.setUint8(0, Mark.Question);
      question.setUint32(1, number % 2 ** 32);
      this.socket.send(question.buffer);
    }
  }

  /** Closes it after the queued messages. */
  close(): void {
    this.socket.close(1000);
  }

  private receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) {
      return;
    }
    const message = new Uint8Array(data);
    switch (message[0]) {
      case Mark.Welcome:
        this.isUp = true;
        this.events.up();
        this.tick();
        break;
      case Mark.Question:
        if (message.length === 5) {
          this.pulse.answer(performance.now(), new DataView(data).getUint32(1));
        }
        break;
      case Mark.Reliable:
      case Mark.Unreliable:
        this.events.packet(message);
        break;
      default:
    }
  }

  private end(reason: string): void {
    if (!this.isDown) {
      this.isDown = true;
      this.events.down(this.isUp, reason);
    }
  }
}
