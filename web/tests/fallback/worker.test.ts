import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import type { PageToWorker, WorkerToPage } from "../../src/fallback/messages.ts";
import { FakePort, settled } from "../voice/browser.ts";
import { wasmBytes } from "./sound.ts";

class FakeSocket {
  static all: FakeSocket[] = [];
  readonly bufferedAmount = 0;
  isClosing = false;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { reason: string }) => void) | null = null;

  constructor() {
    FakeSocket.all.push(this);
  }

  send(): void {}

  close(): void {
    this.isClosing = true;
  }

  /** The server has admitted the player. */
  welcome(): void {
    this.onmessage?.({ data: Uint8Array.of(2).buffer });
  }
}

const told: WorkerToPage[] = [];
const scope = {
  onmessage: (_: { data: PageToWorker }) => {},
  postMessage: (message: WorkerToPage) => told.push(message),
  isClosed: false,
  close: () => (scope.isClosed = true),
};
let nowMs = 0;
Object.defineProperty(performance, "now", { value: () => nowMs, configurable: true });
Object.assign(globalThis, { WebSocket: FakeSocket, self: scope });
await import("../../src/fallback/worker.ts");

const player = { name: "Alice", session: "main", slots: 2 };

async function started(context: TestContext, wasm = wasmBytes()): Promise<(ms: number) => void> {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  [FakeSocket.all, told.length, scope.isClosed] = [[], 0, false];
  const worklet = new FakePort() as unknown as MessagePort;
  scope.onmessage({ data: { type: "start", wasm, url: "ws://voice.example/", player, worklet, keys: null } });
  while (FakeSocket.all.length === 0 && told.length === 0) await settled();
  return (ms) => {
    for (let passed = 0; passed < ms; passed += 10) {
      nowMs += 10;
      context.mock.timers.tick(10);
    }
  };
}

test("a closed worker opens no other connection while its farewell is sent, and then ends", async (context) => {
  const pass = await started(context);
  const [socket] = FakeSocket.all;
  socket?.welcome();
  assert.deepEqual(told, [{ type: "up" }]);
  scope.onmessage({ data: { type: "close" } });
  await settled();
  assert.equal(socket?.isClosing, true);
  socket?.onclose?.({ reason: "" });
  pass(990);
  assert.deepEqual([FakeSocket.all.length, scope.isClosed], [1, false]);
  pass(20);
  assert.equal(scope.isClosed, true);
});

test("reconnects after a lost connection", async (context) => {
  const pass = await started(context);
  FakeSocket.all[0]?.welcome();
  FakeSocket.all[0]?.onclose?.({ reason: "" });
  pass(2_000);
  assert.ok(FakeSocket.all.length > 1);
});

test("a connection that neither opens nor fails within eight seconds is closed and retried", async (context) => {
  const pass = await started(context);
  pass(7_500);
  assert.deepEqual([FakeSocket.all.length, FakeSocket.all[0]?.isClosing], [1, false]);
  pass(2_500);
  assert.deepEqual([FakeSocket.all.length > 1, FakeSocket.all[0]?.isClosing], [true, true]);
});

test("reports errors of the engine for any input, and the worker still ends", async (context) => {
  const pass = await started(context, new ArrayBuffer(8));
  assert.deepEqual(told.map(({ type }) => type), ["over"]);
  scope.onmessage({ data: { type: "message", text: "{}" } });
  scope.onmessage({ data: { type: "close" } });
  await settled();
  pass(1_010);
  assert.equal(scope.isClosed, true);
});
