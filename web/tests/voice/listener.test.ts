import assert from "node:assert/strict";
import { test } from "node:test";
import type { Direction } from "../../src/voice/api.ts";
import { Listener } from "../../src/voice/listener.ts";
import { Listening } from "../../src/voice/listening.ts";
import type { MicrophoneInput } from "../../src/voice/microphone.ts";
import type { Sound } from "../../src/voice/sound.ts";

/** A parameter that reaches its target at once. */
class Parameter {
  value = 0;

  setTargetAtTime(to: number): void {
    this.value = to;
  }
}

type Six = [x: number, y: number, z: number, upX: number, upY: number, upZ: number];

/** A context with parameters, as in most browsers, and its listener's direction. */
function withParameters() {
  const [forwardX, forwardY, forwardZ, upX, upY, upZ] = [1, 2, 3, 4, 5, 6].map(() => new Parameter()) as [
    Parameter,
    Parameter,
    Parameter,
    Parameter,
    Parameter,
    Parameter,
  ];
  const listener = { forwardX, forwardY, forwardZ, upX, upY, upZ };
  const context = { listener, currentTime: 0 } as unknown as BaseAudioContext;
  const look = () => [forwardX, forwardY, forwardZ, upX, upY, upZ].map(({ value }) => Math.round(value * 1000) / 1000 + 0);
  return { context, look };
}

/** One with methods, as in Firefox. */
function withMethods() {
  let told: number[] = [];
  const listener = { setOrientation: (...six: Six) => (told = six), setPosition: () => {} };
  const context = { listener, currentTime: 0 } as unknown as BaseAudioContext;
  return { context, look: () => told.map((value) => Math.round(value * 1000) / 1000 + 0) };
}

const RIGHT: Direction = { x: 1, y: 0, z: 0 };

test("turning around swaps the sides of voices", () => {
  for (const { context, look } of [withParameters(), withMethods()]) {
    const listener = new Listener(context);
    listener.turnTo({ x: 0, y: 0, z: 1 });
    assert.deepEqual(look(), [0, 0, -1, 0, 1, 0]);
    listener.turnTo(RIGHT);
    assert.deepEqual(look(), [1, 0, 0, 0, 1, 0]);
  }
});

test("a direction may have any length, and the zero vector is ignored", () => {
  const { context, look } = withParameters();
  const listener = new Listener(context);
  listener.turnTo({ x: 0, y: 30, z: 40 });
  const before = look();
  assert.deepEqual(before, [0, 0.6, -0.8, 0, 1, 0]);
  for (const x of [0, Number.NaN, Infinity]) listener.turnTo({ x, y: 0, z: 0 });
  assert.deepEqual(look(), before);
});

test("right and left stay distinct when looking straight up or down", () => {
  for (const { context, look } of [withParameters(), withMethods()]) {
    const listener = new Listener(context);
    listener.turnTo({ x: 0, y: 1, z: 0 });
    assert.deepEqual(look(), [0, 1, 0, 0, 0, 1], "ahead at first was z, which Web Audio has behind");
    listener.turnTo(RIGHT);
    listener.turnTo({ x: 0, y: 1, z: 0 });
    assert.deepEqual(look(), [0, 1, 0, -1, 0, 0]);
    listener.turnTo({ x: 0, y: -1, z: 0 });
    assert.deepEqual(look(), [0, -1, 0, 1, 0, 0]);
  }
});

test("a session applies its direction to each link, and does not send it", () => {
  const { context, look } = withParameters();
  const said: unknown[] = [];
  const sound = { output: { input: { context } } } as unknown as Sound;
  const listening = new Listening(sound, {} as MicrophoneInput, (message) => said.push(message), () => {});
  assert.deepEqual(listening.facing, { x: 0, y: 0, z: 1 });
  listening.facing = RIGHT;
  assert.deepEqual(look(), [1, 0, 0, 0, 1, 0]);
  new Listener(context).turnTo({ x: 0, y: 0, z: -1 });
  listening.attach([]);
  assert.deepEqual([listening.facing, look()], [RIGHT, [1, 0, 0, 0, 1, 0]], "after another session on the same page");
  assert.deepEqual(said, []);
});
