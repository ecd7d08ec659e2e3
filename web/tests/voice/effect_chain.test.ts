import assert from "node:assert/strict";
import { beforeEach, test, mock } from "node:test";

import { FakeContext, FakeNode } from "./browser.ts";
import { EffectChain } from "../../src/voice/effect_chain.ts";
import { parseEffects } from "../../src/voice/effects.ts";

interface Options {
  readonly type?: string;
  readonly gain?: number;
}

/** Any node of the graph, with the parameters that effects move. */
class AnyNode extends FakeNode {
  readonly type: string;
  readonly frequency = parameter();
  readonly detune = new FakeNode(this.context);
  override readonly gain: ReturnType<typeof parameter> = parameter();
  buffer: unknown = null;
  isStarted = false;
  readonly parameters = new Map([["semitones", parameter()]]);
  readonly port = { postMessage: () => (this.isOver = true) };
  /** Its processor was told to end. */
  isOver = false;

  constructor(context: FakeContext, name: string | Options = {}, options: Options = {}) {
    super(context);
    if (typeof name !== "string") options = name;
    this.type = options.type ?? "";
    this.gain.value = options.gain ?? 1;
    made.push(this);
  }

  start(): void {
    this.isStarted = true;
  }

  stop(): void {
    this.isStarted = false;
  }
}

function parameter() {
  return {
    value: 0,
    setTargetAtTime(to: number) {
      this.value = to;
    },
  };
}

const NODES = ["Gain", "BiquadFilter", "DynamicsCompressor", "WaveShaper", "AudioBufferSource", "Oscillator", "Convolver", "AudioWorklet"];
const made: AnyNode[] = [];
let source: FakeNode;
let destination: FakeNode;
let chain: EffectChain;

beforeEach(() => {
  for (const name of NODES) Object.assign(globalThis, { [`${name}Node`]: AnyNode });
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const context = new FakeContext();
  [source, destination] = [new FakeNode(context), new FakeNode(context)];
  chain = new EffectChain(source as unknown as AudioNode, destination as unknown as AudioNode);
  made.length = 0;
});

const set = (text: string) => chain.set(parseEffects(text), null);

/** The frequencies of the filters from the source to the destination, the shortest way. */
function filters(): number[] {
  const queue: [FakeNode, number[]][] = [[source, []]];
  for (const [node, path] of queue) {
    if (node === destination) return path;
    // A parameter goes nowhere.
    for (const next of node.outputs ?? []) {
      const hz = next instanceof AnyNode && next.type === "lowpass" ? [next.frequency.value] : [];
      queue.push([next, [...path, ...hz]]);
    }
  }
  return assert.fail("no way");
}

test("without effects there is no node", () => {
  set("");
  set("cave");
  assert.equal(made.length, 0);
  assert.ok(source.outputs.has(destination));
});

test("a voice passes the effects in their order, and their nodes are removed behind it", () => {
  set("wall, distance distance-m=0");
  mock.timers.tick(1000);
  assert.deepEqual(filters().slice(0, 2), [700, 700]);
  assert.equal(source.outputs.size, 1);
  set("");
  mock.timers.tick(1000);
  assert.deepEqual(filters(), []);
  assert.equal(source.outputs.size, 1);
  assert.ok(made.every((node) => !node.isStarted));
});

test("new settings move the nodes that are there", () => {
  set("wall");
  mock.timers.tick(1000);
  const count = made.length;
  set("underwater");
  assert.deepEqual([made.length, ...filters()], [count, 450, 450]);
});

test("from some effects to others one fades in while the other fades out", () => {
  set("wall");
  mock.timers.tick(1000);
  set("radio");
  assert.equal(source.outputs.size, 2);
  mock.timers.tick(1000);
  assert.equal(source.outputs.size, 1);
  assert.ok(filters().includes(3400));
});

test("the pitch moves on the audio thread, whose processor ends with the effect", () => {
  set("deep");
  const shift = made.find((node) => node.parameters.get("semitones")?.value === -5);
  set("high");
  assert.equal(shift?.parameters.get("semitones")?.value, 5);
  assert.equal(shift.isOver, false);
  set("");
  mock.timers.tick(1000);
  assert.equal(shift.isOver, true);
});

test("on a page without worklets the pitch stays as it is", () => {
  Object.assign(source.context, { audioWorklet: undefined });
  set("deep");
  mock.timers.tick(1000);
  assert.deepEqual(filters(), []);
});
