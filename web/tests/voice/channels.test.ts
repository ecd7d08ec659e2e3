import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import type { Channel } from "../../src/voice/api.ts";
import { Channels, type Speech } from "../../src/voice/channels.ts";
import type { FromPage } from "../../src/voice/control.ts";

const lobby = { room: "lobby" };
let said: FromPage[];
let channels: Channels;

beforeEach(() => {
  said = [];
  channels = new Channels(
    (message) => said.push(message),
    () => {},
  );
});

function speech(changes: Partial<Speech> = {}): Speech {
  return { isJoined: true, isMuted: false, isVoice: false, ...changes };
}

function saidTypes(): string[] {
  return said.splice(0).map((message) => message.type);
}

test("an always-open channel opens when the session is joined", () => {
  channels.open(lobby, { activation: "open", positional: true, amplitude: 7 });
  channels.update(0, speech({ isJoined: false }));
  assert.deepEqual(said, []);
  channels.update(1, speech());
  assert.deepEqual(said, [
    { type: "open", channel: 1, to: lobby, positional: true, amplitude: 2, priority: "default" },
  ]);
  assert.ok(channels.isAnyOpen);
});

test("push to talk opens while pressed and closes when the last word is sent", () => {
  const channel = channels.open(lobby);
  channels.update(0, speech({ isVoice: true }));
  assert.deepEqual(saidTypes(), []);
  channel.talking = true;
  channels.update(10, speech());
  assert.deepEqual(saidTypes(), ["open"]);
  channel.talking = false;
  channels.update(1000, speech());
  assert.equal(channels.wakeAt, 1200);
  assert.deepEqual(saidTypes(), []);
  channels.update(1200, speech());
  assert.deepEqual(saidTypes(), ["close"]);
  assert.equal(channels.wakeAt, null);
});

test("pressing again within the tail keeps the channel open", () => {
  const channel = channels.open(lobby);
  channel.talking = true;
  channels.update(0, speech());
  channel.talking = false;
  channels.update(100, speech());
  channel.talking = true;
  channels.update(200, speech());
  channels.update(400, speech());
  assert.deepEqual(saidTypes(), ["open"]);
});

test("voice activation follows the voice, each channel by its own setting", () => {
  const byVoice = channels.open(lobby, { activation: "voice" });
  const byKey = channels.open({ player: "Bob" });
  channels.update(0, speech({ isVoice: true }));
  assert.deepEqual([byVoice.isOpen, byKey.isOpen], [true, false]);
});

test("muting closes all channels at once", () => {
  channels.open(lobby, { activation: "open" });
  channels.update(0, speech());
  channels.update(1, speech({ isMuted: true }));
  assert.deepEqual(saidTypes(), ["open", "close"]);
  assert.equal(channels.isAnyOpen, false);
});

test("a closed channel is closed on the server and sends nothing more", () => {
  const channel = channels.open(lobby, { activation: "open" });
  channels.update(0, speech());
  channel.close();
  channel.close();
  channel.amplitude = 0.5;
  channels.update(1, speech());
  assert.deepEqual(saidTypes(), ["open", "close"]);
  assert.deepEqual(channels.list(), []);
});

test("a change of an open channel is sent, of a closed one remembered", () => {
  const channel = channels.open(lobby, { amplitude: 0.5 });
  channel.priority = "high";
  assert.deepEqual(said, []);
  channel.talking = true;
  channels.update(0, speech());
  channel.amplitude = Number.NaN;
  channels.update(1, speech());
  assert.deepEqual(said, [
    { type: "open", channel: 1, to: lobby, positional: false, amplitude: 0.5, priority: "high" },
    { type: "change", channel: 1, positional: false, amplitude: 1, priority: "high" },
  ]);
});

test("a new join reopens open channels, and closes others that the server kept", () => {
  channels.open(lobby, { activation: "open" });
  channels.update(0, speech());
  said.length = 0;
  channels.onJoined();
  channels.update(1, speech());
  channels.onOpenChannels([1, 9]);
  channels.update(2, speech());
  assert.deepEqual(said.map((message) => [message.type, "channel" in message && message.channel]), [
    ["open", 1],
    ["close", 9],
  ]);
});

test("a page has at most the number of channels that any server may allow", () => {
  const all = Array.from({ length: 160 }, () => channels.open(lobby, { activation: "open" }));
  assert.throws(() => channels.open(lobby), RangeError);
  channels.update(0, speech());
  assert.equal(said.filter(({ type }) => type === "open").length, 160);
  all[0]?.close();
  assert.doesNotThrow(() => channels.open(lobby));
});

test("a page that speaks by voice in all its channels is heard in each from the first word, within the server's budget", () => {
  const page = new SimulatedPage();
  const all = Array.from({ length: 160 }, () => page.channels.open(lobby, { activation: "voice" }));
  for (let utterance = 0; utterance < 300; utterance += 1) {
    page.say({ isVoice: true });
    assert.equal(all.filter(({ isOpen }) => isOpen).length, 160, `utterance ${utterance}`);
    page.pass(800 + 37 * (utterance % 40));
    page.say({ isVoice: false });
    page.pass(300 + 53 * (utterance % 60));
    assert.equal(page.channels.isAnyOpen, false);
  }
  page.pass(10_000);
  assert.equal(page.server.open.size, 0);
});

test("under constant closing and opening, no closed channel stays open, and none is forgotten", () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const page = new SimulatedPage();
    const below = numbersOf(seed);
    for (let step = 0; step < 2000; step += 1) {
      disturb(page, below);
      page.pass(below(40));
    }
    page.pass(30_000);
    const wanted = page.channels.list().filter((channel) => page.isWanted(channel));
    assert.equal(page.server.open.size, wanted.length, `seed ${seed}`);
    assert.ok(wanted.every(({ isOpen }) => isOpen), `seed ${seed}`);
    const heard = [...page.server.open.values()].map(({ amplitude }) => amplitude).sort();
    assert.deepEqual(heard, wanted.map(({ amplitude }) => amplitude).sort(), `seed ${seed}`);
  }
});

test("a muted microphone is on no channel, however many messages precede", () => {
  const page = new SimulatedPage();
  for (let index = 0; index < 160; index += 1) page.channels.open(lobby, { activation: "voice" });
  for (let time = 0; time < 10; time += 1) {
    page.say({ isVoice: true, isMuted: false });
    page.say({ isMuted: true });
    assert.equal(page.server.open.size, 0);
  }
});

test("the newest delayed opening comes first, and a released one is dropped", () => {
  const page = new SimulatedPage();
  exhaust(page);
  const [early, late, both] = ["early", "late", "both"].map((room) => page.channels.open({ room }));
  for (const channel of [early, both, late]) {
    channel!.talking = true;
    page.pass(1);
  }
  both!.talking = false;
  page.saidSince();
  page.pass(1000);
  const opened = page.saidSince().flatMap((message) => (message.type === "open" ? [message.to] : []));
  assert.deepEqual(opened, [{ room: "late" }, { room: "early" }]);
});

test("channels that change with each frame are updated in turn within the budget, and no word is delayed", () => {
  const page = new SimulatedPage();
  const moving = [1, 2].map(() => page.channels.open(lobby, { activation: "open" }));
  const key = page.channels.open(lobby);
  for (let picture = 0; picture < 60 * 60; picture += 1) {
    for (const channel of moving) channel.amplitude = (picture % 200) / 100;
    page.pass(16);
  }
  page.saidSince();
  key.talking = true;
  assert.deepEqual(page.saidSince().map(({ type }) => type), ["open"]);
  for (const channel of moving) channel.amplitude = 0.125;
  page.pass(1000);
  assert.deepEqual([1, 2].map((number) => page.server.open.get(number)?.amplitude), [0.125, 0.125]);
  const [one = 0, other = 0] = [1, 2].map((number) => page.server.changes.get(number));
  assert.ok(one > 800 && Math.abs(one - other) <= 1, `${one} and ${other} changes`);
});

/** The budget for messages at once is used up. */
function exhaust(page: SimulatedPage): void {
  for (let time = 0; time < 400; time += 1) page.channels.open(lobby, { activation: "open" }).close();
}

/** An action of a page. */
function disturb(page: SimulatedPage, below: (end: number) => number): void {
  const all = page.channels.list();
  const channel = all[below(all.length)];
  switch (below(8)) {
    case 0:
    case 1:
      if (all.length < 160) page.channels.open(lobby, { activation: (["push-to-talk", "voice", "open"] as const)[below(3)]! });
      return;
    case 2:
      if (below(4) === 0) channel?.close();
      return;
    case 3:
      for (const held of all.slice(below(160))) held.talking = below(2) === 0;
      return;
    case 4:
      page.say({ isVoice: below(2) === 0 });
      return;
    case 5:
      page.say({ isMuted: below(8) === 0 });
      return;
    case 6:
      if (channel !== undefined) channel.amplitude = below(200) / 100;
      return;
    case 7:
      if (channel !== undefined) channel.activation = (["push-to-talk", "voice", "open"] as const)[below(3)]!;
  }
}

/** Numbers below a bound, from a seed: xorshift of 32 bits (Marsaglia, 2003). */
function numbersOf(seed: number): (end: number) => number {
  let state = seed;
  return (end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % Math.max(1, end);
  };
}

type Opened = Extract<FromPage, { type: "open" }>;

/** The channels of a page that is updated whenever necessary, and a server with its default limits. */
class SimulatedPage {
  readonly server = new SimulatedServer();
  readonly channels = new Channels(
    (message) => {
      this.said.push(message);
      this.server.hear(message, this.now);
    },
    () => this.update(),
  );
  private speech = speech();
  private now = 0;
  private said: FromPage[] = [];

  say(changes: Partial<Speech>): void {
    this.speech = { ...this.speech, ...changes };
    this.update();
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (let at = this.channels.wakeAt; at !== null && at <= end; at = this.channels.wakeAt) {
      this.now = at;
      this.update();
    }
    this.now = end;
  }

  saidSince(): FromPage[] {
    return this.said.splice(0);
  }

  isWanted({ activation, talking }: Channel): boolean {
    if (this.speech.isMuted) return false;
    return activation === "open" || (activation === "voice" ? this.speech.isVoice : talking);
  }

  private update(): void {
    this.channels.update(this.now, this.speech);
    if (!this.channels.isAnyOpen) return;
    const open = this.channels.list().filter(({ isOpen }) => isOpen);
    assert.equal(this.server.open.size, open.length, "the server has an unwanted open channel");
  }
}

/** Accepts the budget of channels: less than a server does, whose limits are for all messages of a page. */
class SimulatedServer {
  readonly open = new Map<number, Opened>();
  readonly changes = new Map<number, number>();
  private left = 400;
  private heardAt = 0;

  hear(message: FromPage, now: number): void {
    this.left = Math.min(400, this.left + ((now - this.heardAt) * 25) / 1000) - 1;
    this.heardAt = now;
    assert.ok(this.left > -0.001, `too many messages after ${now} ms`);
    switch (message.type) {
      case "open":
        this.open.set(message.channel, message);
        return;
      case "close":
        assert.ok(this.open.delete(message.channel), "closes a channel that is not open");
        return;
      case "change": {
        const open = this.open.get(message.channel) ?? assert.fail("changes a channel that is not open");
        this.open.set(message.channel, { ...open, ...message, type: "open" });
        this.changes.set(message.channel, 1 + (this.changes.get(message.channel) ?? 0));
      }
    }
  }
}
