// The plugin for WebGL in Node.js, with a heap of its own, against a real server:
// node --experimental-websocket web_socket.test.mjs PLUGIN ADDRESS
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import vm from "node:vm";

const [plugin, address] = process.argv.slice(2);
const heap = new Uint8Array(1 << 16);
const library = {};
const page = {
  WebSocket,
  TextEncoder,
  Uint8Array,
  Date,
  HEAPU8: heap,
  LibraryManager: { library },
  UTF8ToString: (text) => text,
  autoAddDeps: (functions, name) => Object.assign(page, { [name.slice(1)]: functions[name] }),
  mergeInto: (target, functions) => Object.assign(target, functions),
};
vm.runInContext(await readFile(plugin, "utf8"), vm.createContext(page));

const UP = 1;
const ENDED = 2;
const MESSAGE = 0x1000;

async function until(what, condition) {
  const giveUp = Date.now() + 20000;
  while (!condition()) {
    assert.ok(Date.now() < giveUp, `timed out waiting: ${what}`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
}

function reason(socket) {
  const length = library.ConsonanceSocketReason(socket, MESSAGE, 256);
  return new TextDecoder().decode(heap.subarray(MESSAGE, MESSAGE + length));
}

// "Jo" with Opus in frames of 20 ms.
const handshake = [0x8b, 0xc7, 4, 1, 0, 0, 3, 0xc0, 0, 0, 0xbb, 0x80, 0, 3, 0x4a, 0x6f];

const socket = library.ConsonanceSocketOpen(address);
await until("admitted", () => library.ConsonanceSocketState(socket) === UP);
heap.set(handshake, MESSAGE);
library.ConsonanceSocketSend(socket, MESSAGE, handshake.length, 1);
let length = -1;
await until("an answer", () => (length = library.ConsonanceSocketReceive(socket, MESSAGE, 16385)) > 0);
assert.deepEqual([...heap.subarray(MESSAGE, MESSAGE + 4)], [0, 0x8b, 0xc7, 5], "a reliable handshake's answer");
assert.ok(length >= 10);

// Voice that the connection does not take is dropped, and what must arrive is not.
const sent = [];
page.consonanceSockets.all[socket].socket = { bufferedAmount: 2048, send: (m) => sent.push(m[0]), close() {} };
library.ConsonanceSocketSend(socket, MESSAGE, 4, 0);
library.ConsonanceSocketSend(socket, MESSAGE, 4, 1);
assert.deepEqual(sent, [0]);
library.ConsonanceSocketClose(socket);
assert.equal(library.ConsonanceSocketState(socket), ENDED);

// Of voice that the game does not take, the oldest is lost; of the rest, none.
const other = library.ConsonanceSocketOpen(address);
const state = page.consonanceSockets.all[other];
for (let number = 0; number < 300; number++) page.consonanceSockets.take(state, new Uint8Array(1024).fill(1));
assert.ok(state.voiceBytes <= 1 << 18 && state.voice.length === 256);
page.consonanceSockets.take(state, new Uint8Array(10));
assert.equal(library.ConsonanceSocketReceive(other, MESSAGE, 16385), 10);
library.ConsonanceSocketClose(other);

const stranger = library.ConsonanceSocketOpen(address.replace("/main", "/nowhere"));
await until("the end", () => library.ConsonanceSocketState(stranger) === ENDED);
assert.match(reason(stranger), /unknown|4404/);

console.log("ok");
process.exit(0);
