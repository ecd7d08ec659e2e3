// The WebAssembly of `crates/browser`: numeric arguments and results, and an exchange buffer for longer data.

/**
 * The exports of `crates/browser/src/wasm_encryption/exports.rs`. Lengths are bytes in the exchange, -1 means none, and times are in
 * microseconds.
 */
interface Exports {
  readonly memory: WebAssembly.Memory;
  exchange(): number;
  member_start(length: number): number;
  member_key(): number;
  member_joined(now: number, isEncrypting: number, wasHere: number): void;
  member_message(now: number, length: number): void;
  member_timeout(now: number): void;
  member_poll_timeout(): number;
  member_poll_message(): number;
  member_poll_event(): number;
  member_status(): number;
  member_verify(length: number): number;
  member_known_keys(): number;
  member_report(now: number, length: number): number;
  member_player(length: number): void;
  member_slot(length: number): void;
  member_targets(length: number): void;
  member_rooms(length: number): void;
  frame_seal(length: number): number;
  frame_open(now: number, slot: number, length: number): number;
  text_seal(length: number): number;
  text_open(now: number, length: number): number;
  packet_seal(length: number): number;
  packet_open(now: number, length: number): number;
}

/** The capacity of the exchange, in bytes: the longest message of a group. */
export const EXCHANGE_BYTES = 3 << 20;

/** One instance with its own memory. */
export class Wasm {
  readonly exports: Exports;
  private readonly utf8 = new TextEncoder();
  private readonly decoder = new TextDecoder();

  /** Compiles and starts it; rejects if it is damaged, or if the page's policy forbids it. */
  static async load(bytes: ArrayBuffer): Promise<Wasm> {
    const module = await WebAssembly.compile(bytes);
    let exports: Exports | null = null;
    const imports = importsOf(module, (address, length) => {
      if (exports !== null) crypto.getRandomValues(new Uint8Array(exports.memory.buffer as ArrayBuffer, address, length));
    });
    const instance = await WebAssembly.instantiate(module, imports);
    exports = instance.exports as unknown as Exports;
    return new Wasm(exports);
  }

  private constructor(exports: Exports) {
    this.exports = exports;
  }

  /** Writes bytes for the next call; returns their length, or -1 if they are too long. */
  write(bytes: Uint8Array): number {
    if (bytes.length > EXCHANGE_BYTES) return -1;
    this.bytes().set(bytes);
    return bytes.length;
  }

  /** Writes a value as JSON for the next call; an empty text if it is too long. */
  writeJson(value: unknown): number {
    return Math.max(0, this.write(this.utf8.encode(JSON.stringify(value))));
  }

  /** A copy of the last call's result; null if there is none. */
  read(length: number): Uint8Array<ArrayBuffer> | null {
    return length < 0 ? null : this.bytes().slice(0, length);
  }

  /** The same as text. */
  readText(length: number): string | null {
    return length < 0 ? null : this.decoder.decode(this.bytes().subarray(0, length));
  }

  /** Looked up again: a call may have grown the memory. */
  private bytes(): Uint8Array<ArrayBuffer> {
    const address = this.exports.exchange();
    return new Uint8Array(this.exports.memory.buffer as ArrayBuffer, address, EXCHANGE_BYTES);
  }
}

/**
 * What the crates `getrandom` and `mls-rs-core` import by `wasm-bindgen`, without its tool: the names end in a hash of the crate's version.
 * The other imports describe the bindings to that tool, or handle exceptions, of which there are none.
 */
function importsOf(module: WebAssembly.Module, random: (address: number, length: number) => void): WebAssembly.Imports {
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const group = (imports[from] ??= {});
    if (name.startsWith("__wbg_getRandomValues_")) {
      group[name] = (address: number, length: number) => random(address >>> 0, length >>> 0);
    } else if (name.startsWith("__wbg_date_now_")) {
      group[name] = () => Date.now();
    } else {
      group[name] = () => 0;
    }
  }
  return imports;
}
