import assert from "node:assert/strict";
import { test } from "node:test";

import { type Outside, PlayerDriver } from "../../src/fallback/player_driver.ts";
import type { Wasm } from "../../src/fallback/wasm.ts";

/** The messages and frames of an engine after one packet, in the order of the callbacks. */
function orderOf(messages: object[], voices: string[]): string[] {
  const bytes = (texts: string[]) => texts.map((text) => new TextEncoder().encode(text));
  const waiting = { messages: bytes(messages.map((message) => JSON.stringify(message))), voices: bytes(voices) };
  let result: Uint8Array | null = null;
  const poll = (queue: Uint8Array[]) => () => Number((result = queue.shift() ?? null) !== null);
  const wasm = {
    exports: {
      player_packet: () => {},
      player_poll_command: () => 0,
      player_poll_transmit: poll([]),
      player_poll_message: poll(waiting.messages),
      player_poll_voice: poll(waiting.voices),
      player_is_over: () => 0,
      player_poll_timeout: () => 0,
    },
    write: () => 0,
    read: () => result,
  } as unknown as Wasm;
  const order: string[] = [];
  const outside: Outside = {
    openLink: () => {}, closeLink: () => {}, transmit: () => {}, message: () => {}, wakeIn: () => {}, over: () => {},
    voice: (frame) => order.push(new TextDecoder().decode(frame)),
    end: (slot) => order.push(`end of slot ${slot}`),
  };
  new PlayerDriver(wasm, outside).packet(new Uint8Array());
  return order;
}

const slot = (player: number | null) => ({ type: "slot", slot: 3, player, positional: false, amplitude: 1, priority: "default" });
const silent = { type: "speaking", id: 7, name: "Bob", speaking: false, to: [] };

test("plays an utterance of one packet before it ends", () => {
  assert.deepEqual(orderOf([slot(7), silent], ["Bob's only frame"]), ["Bob's only frame", "end of slot 3"]);
});

test("the next speaker of a slot is not ended with the previous one", () => {
  assert.deepEqual(orderOf([slot(7), silent, slot(8)], ["Carol"]), ["end of slot 3", "Carol"]);
});
