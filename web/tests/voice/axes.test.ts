import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";

import { FakeContext, FakeNode } from "./browser.ts";
import { toWebAudio } from "../../src/voice/axes.ts";
import { readMessage } from "../../src/voice/control_reader.ts";
import { Listening } from "../../src/voice/listening.ts";
import type { MicrophoneInput } from "../../src/voice/microphone.ts";
import { OutputDevice } from "../../src/voice/output.ts";
import { PlaceReporter } from "../../src/voice/place_reporter.ts";
import type { Sound } from "../../src/voice/sound.ts";

/** The parameters set in Web Audio: the listener's position and direction, and the position of the first slot's voice. */
function hearing(context: TestContext) {
  const told: { position: number[]; forward: number[]; panner: number[] } = { position: [], forward: [], panner: [] };
  const graph = Object.assign(new FakeContext(), {
    listener: {
      setPosition: (...at: number[]) => (told.position = at),
      setOrientation: (...six: number[]) => (told.forward = six.slice(0, 3)),
    },
  });
  class FakePanner extends FakeNode {
    constructor(of: FakeContext, { positionX, positionY, positionZ }: Record<string, number>) {
      super(of);
      told.panner = [positionX, positionY, positionZ].map(Number);
    }
  }
  Object.assign(globalThis, { PannerNode: FakePanner });
  context.after(() => Reflect.deleteProperty(globalThis, "PannerNode"));
  const output = new OutputDevice(graph as unknown as AudioContext);
  const listening = new Listening({ context: graph, output } as unknown as Sound, {} as MicrophoneInput, () => {}, () => {});
  listening.attach([new FakeNode(graph)] as unknown as AudioNode[]);
  const take = (message: object) => listening.take(readMessage(JSON.stringify(message)) ?? assert.fail());
  return { listening, take, told };
}

test("ahead is z for pages and native players, and -z only for Web Audio", (context) => {
  const { listening, take, told } = hearing(context);
  listening.setListener({ x: 10, y: 2, z: 30 });
  listening.facing = { x: 0, y: 0, z: 1 };
  take({ type: "joined", session: "main", id: 3, name: "Alice", resumed: false });
  take({ type: "player", id: 0, name: "Bob", rooms: ["lobby"] });
  // As the server reports a native player 5 m ahead and 1 m to the right of the listener.
  take({ type: "placed", id: 0, name: "Bob", x: 11, y: 2, z: 35 });
  take({ type: "slot", slot: 0, player: 0, positional: true, amplitude: 1, priority: "default" });
  assert.deepEqual(listening.players.byName.get("Bob")?.place, { x: 11, y: 2, z: 35 });
  assert.deepEqual(told, { position: [10, 2, -30], forward: [0, 0, -1], panner: [11, 2, -35] });
});

test("sends the page's place to the server unchanged", () => {
  const said: object[] = [];
  const reporter = new PlaceReporter((message) => said.push(message));
  reporter.place = { x: 1.5, y: 0, z: -20 };
  reporter.repeat();
  reporter.place = null;
  assert.deepEqual(said, [{ type: "place", x: 1.5, y: 0, z: -20 }]);
});

test("tells the server the world with the place, and at once when it changes", () => {
  const said: object[] = [];
  const reporter = new PlaceReporter((message) => said.push(message));
  reporter.world = "map 7";
  assert.deepEqual(said, [], "there is no place yet");
  reporter.place = { x: 1, y: 0, z: 2 };
  reporter.isShared = true;
  reporter.world = "map 8";
  reporter.world = "map 8";
  reporter.world = "";
  reporter.place = null;
  const place = { type: "place", x: 1, y: 0, z: 2, shared: true };
  assert.deepEqual(said, [{ ...place, world: "map 7" }, { ...place, world: "map 8" }, place]);
});

test("the name of a world has at most 256 bytes", () => {
  const reporter = new PlaceReporter(() => {});
  reporter.world = "ü".repeat(128);
  assert.throws(() => (reporter.world = "ü".repeat(129)), RangeError);
  assert.equal(reporter.world, "ü".repeat(128));
});

test("a place level with the listener stays level: no negative zero", () => {
  assert.ok(Object.is(toWebAudio({ x: 0, y: 0, z: 0 }).z, 0));
});

test("only `axes.ts` negates an axis", () => {
  const folder = new URL("../../../src/voice/", import.meta.url);
  const turned = readdirSync(folder).filter((file) => /-\s*(\w+\.)?z\b/.test(readFileSync(new URL(file, folder), "utf8").replace(/\/\/.*|\/?\*.*/g, "")));
  assert.deepEqual(turned, ["axes.ts"]);
});
