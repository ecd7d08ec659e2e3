import assert from "node:assert/strict";
import { test } from "node:test";

import { type EncodedFrame, FrameCipher } from "../../src/e2ee/frame_cipher.ts";
import type { Wasm } from "../../src/e2ee/wasm.ts";

/** A module whose frames of this player are opened for the slot once it is known to play that one. */
function cipher() {
  const state = { exchange: new Uint8Array(), owner: 0, isSilent: false, nowMs: 0 };
  const wasm = {
    write: (bytes: Uint8Array) => (state.exchange = bytes.slice()).length,
    read: (length: number) => (length < 0 ? null : state.exchange.slice(0, length)),
    exports: {
      frame_seal: (length: number) => (state.isSilent ? -1 : length),
      frame_open: (_: number, __: number, length: number) => {
        if (state.exchange[0] === 255) return -1;
        return state.exchange[0] === state.owner ? length : -2;
      },
    },
  };
  const frames = new FrameCipher(wasm as unknown as Wasm, () => state.nowMs);
  const out: number[][] = [];
  const sink = (frame: EncodedFrame) => void out.push([...new Uint8Array(frame.data)]);
  const frame = (...bytes: number[]): EncodedFrame => ({ data: Uint8Array.from(bytes).buffer });
  return { frames, state, out, sink, frame };
}

test("a frame that cannot be sealed goes nowhere", () => {
  const { frames, state, out, sink, frame } = cipher();
  frames.seal(frame(1, 2), sink);
  state.isSilent = true;
  frames.seal(frame(3), sink);
  assert.deepEqual(out, [[1, 2]]);
});

test("frames that come before the message about their slot wait for it, and not for long", () => {
  const { frames, state, out, sink, frame } = cipher();
  for (let count = 0; count < 12; count += 1) frames.open(3, frame(7, count), sink);
  frames.open(3, frame(255), sink);
  assert.deepEqual(out, []);
  state.owner = 7;
  frames.retry(3);
  assert.deepEqual(out, Array.from({ length: 10 }, (_, index) => [7, 2 + index]));
  frames.open(3, frame(9), sink);
  state.nowMs = 501;
  state.owner = 9;
  frames.retry(3);
  assert.equal(out.length, 10);
});
