// The WebAssembly of `crates/browser`: numeric arguments and results, and an exchange buffer for longer data.

/**
 * The exports of `crates/browser/src/wasm_voice/exports.rs`. Lengths are bytes in the exchange, −1 means none, and times are
 * in microseconds.
 */
interface Exports {
  readonly memory: WebAssembly.Memory;
  exchange_bytes(): number;
  exchange_samples(): number;
  encoder_start(hasConstantRate: number): void;
  encoder_encode(): number;
  encoder_set_expected_loss(percent: number): void;
  playback_start(slots: number): void;
  playback_voice(length: number): void;
  playback_end(slot: number): void;
  playback_render(): number;
  playback_lost_percent(): number;
  playback_delay_ms(): number;
  player_start(length: number): number;
  player_link_up(now: number): void;
  player_link_down(now: number, wasUp: number, length: number): void;
  player_packet(now: number, length: number): void;
  player_message(now: number, length: number): void;
  player_voice(now: number, sequence: number, time: number, length: number): void;
  player_round_trip(now: number, roundTrip: number): void;
  player_timeout(now: number): void;
  player_poll_timeout(): number;
  player_poll_command(): number;
  player_poll_transmit(): number;
  player_poll_message(): number;
  player_poll_voice(): number;
  player_is_over(): number;
}

/** Samples in a block of 10 ms at 48 kHz. */
export const BLOCK_SAMPLES = 480;
/** Samples in a microphone frame, 20 ms at 48 kHz. */
export const FRAME_SAMPLES = 960;
/** The internal sample rate, in samples per second. */
export const SAMPLE_RATE_HZ = 48_000;
/** Slots of one page. */
export const SLOTS_MAX = 16;

/** The capacity of the exchange, in bytes. */
const EXCHANGE_BYTES = 64 * 1024;

/** One instance with its own memory. */
export class Wasm {
  readonly exports: Exports;

  /** Compiles and starts it; rejects if it is damaged, or if the page's policy forbids it. */
  static async load(bytes: ArrayBuffer): Promise<Wasm> {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return new Wasm(instance.exports as unknown as Exports);
  }

  private constructor(exports: Exports) {
    this.exports = exports;
  }

  /** Writes bytes for the next call; returns their length, or −1 if they are too long. */
  write(bytes: Uint8Array): number {
    if (bytes.length > EXCHANGE_BYTES) {
      return -1;
    }
    this.bytes().set(bytes);
    return bytes.length;
  }

  /** A copy of the last call's result; null if there is none. */
  read(length: number): Uint8Array<ArrayBuffer> | null {
    return length < 0 ? null : this.bytes().slice(0, length);
  }

  /** The shared sample buffer. Do not keep it: the memory moves when it grows. */
  samples(): Float32Array {
    // A call may grow the memory, so the buffer is looked up afterwards.
    const address = this.exports.exchange_samples();
    return new Float32Array(this.exports.memory.buffer, address, SLOTS_MAX * BLOCK_SAMPLES);
  }

  private bytes(): Uint8Array<ArrayBuffer> {
    const address = this.exports.exchange_bytes();
    return new Uint8Array(this.exports.memory.buffer as ArrayBuffer, address, EXCHANGE_BYTES);
  }
}
