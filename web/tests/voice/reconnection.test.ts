import assert from "node:assert/strict";
import { test } from "node:test";

import { Backoff } from "../../src/voice/backoff.ts";
import { type Action, Reconnection } from "../../src/voice/reconnection.ts";

/** With the shortest delays: 250 ms, 500 ms, 1 s, … 7.5 s. */
function started(): Reconnection {
  return new Reconnection(new Backoff(() => 0));
}

function actions(machine: Reconnection): Action[] {
  const all: Action[] = [];
  for (let action = machine.poll(); action !== undefined; action = machine.poll()) all.push(action);
  return all;
}

function opened(now: number): Reconnection {
  const machine = started();
  actions(machine);
  machine.onOpened(now);
  return machine;
}

test("starts by opening a link", () => assert.deepEqual(actions(started()), ["open"]));

test("each failure doubles the delay, up to 7.5 s", () => {
  const machine = started();
  let now = 0;
  const waits: number[] = [];
  for (let tries = 0; tries < 8; tries += 1) {
    assert.deepEqual(actions(machine), ["open"]);
    machine.onFailed(now, null);
    const wakeAt = machine.wakeAt ?? assert.fail("nothing is scheduled");
    machine.onTime(wakeAt - 1);
    assert.deepEqual(actions(machine), []);
    waits.push(wakeAt - now);
    now = wakeAt;
    machine.onTime(now);
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 7500, 7500, 7500]);
});

test("respects the delay that a server requests", () => {
  const machine = started();
  machine.onFailed(0, 5000);
  assert.equal(machine.wakeAt, 5000);
});

test("keeps a link that answers, with a ping every two seconds", () => {
  const machine = opened(0);
  for (let now = 2000; now <= 20_000; now += 2000) {
    machine.onTime(now);
    assert.deepEqual(actions(machine), ["ping"]);
    machine.onHeard(now + 30);
  }
});

test("replaces a link that is silent for six seconds", () => {
  const machine = opened(0);
  for (const now of [2000, 4000]) machine.onTime(now);
  assert.deepEqual(actions(machine), ["ping", "ping"]);
  machine.onTime(6000);
  assert.deepEqual(actions(machine), ["drop", "open"]);
});

test("after a sleep a link has two seconds to answer", () => {
  const slept = opened(0);
  slept.onTime(3_600_000);
  assert.deepEqual(actions(slept), ["ping"]);
  slept.onTime(3_602_000);
  assert.deepEqual(actions(slept), ["drop", "open"]);
});

test("restarts a link when the network changes, once at a time", () => {
  const machine = opened(0);
  machine.onTrouble(100);
  machine.onTrouble(200);
  assert.deepEqual(actions(machine), ["restart"]);
  machine.onRestarted(400, true);
  machine.onTrouble(500);
  assert.deepEqual(actions(machine), ["restart"]);
});

test("replaces a link whose restart fails, or does not finish", () => {
  const refused = opened(0);
  refused.onTrouble(100);
  refused.onRestarted(300, false);
  assert.deepEqual(actions(refused), ["restart", "drop", "open"]);
  const silent = opened(0);
  silent.onTrouble(100);
  silent.onTime(2000);
  silent.onHeard(4000);
  silent.onTime(4100);
  assert.deepEqual(actions(silent), ["restart", "ping", "drop", "open"]);
});

test("retries at once when the network is back", () => {
  const machine = started();
  actions(machine);
  machine.onFailed(0, null);
  machine.onTrouble(10);
  machine.onTime(10);
  assert.deepEqual(actions(machine), ["open"]);
});

test("a joined link resets the back-off", () => {
  const machine = started();
  for (let tries = 0; tries < 5; tries += 1) {
    machine.onFailed(0, null);
    machine.onTime(1e6);
  }
  machine.onOpened(0);
  machine.onJoined();
  machine.onLost(1000, null);
  assert.equal(machine.wakeAt, 1250);
});

test("ignores all input after the end", () => {
  const machine = opened(0);
  machine.onOver();
  assert.deepEqual(actions(machine), ["drop"]);
  machine.onOpened(1);
  machine.onFailed(1, null);
  machine.onLost(1, null);
  machine.onTrouble(1);
  machine.onRestarted(1, false);
  machine.onTime(1e9);
  assert.deepEqual(actions(machine), []);
  assert.equal(machine.wakeAt, null);
});

test("opens no link if it ends before the first", () => {
  const machine = started();
  machine.onOver();
  assert.deepEqual(actions(machine), []);
});

test("ignores results that arrive in a later stage", () => {
  const machine = opened(0);
  machine.onFailed(1, null);
  machine.onRestarted(1, false);
  assert.deepEqual(actions(machine), []);
  machine.onLost(1, null);
  machine.onLost(2, null);
  machine.onHeard(2);
  assert.deepEqual(actions(machine), ["drop"]);
});
