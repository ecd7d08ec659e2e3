// A fake server and microphone, for working on the page without real ones. Never part of `dist`.
// `?scene=` in the address selects the scene; see `scenes.ts`.

import type {
  Activation,
  Channel,
  ChannelOptions,
  ConnectOptions,
  Direction,
  EncryptionStatus,
  Microphone,
  Output,
  Place,
  Player,
  Quality,
  VoiceSource,
  Target,
  Voice,
  VoiceEvents,
  VoiceState,
} from "../src/voice/index.ts";
import { VoiceProblem } from "../src/voice/index.ts";
import type { VoiceLibrary } from "../src/page/join_view.ts";
import { fakeEncryption } from "./fake_encryption.ts";
import { SCENES, type Scene } from "./scenes.ts";

/** The library, as far as a scene supports it. */
export function fakeLibrary(name: string): VoiceLibrary {
  const scene: Scene = (SCENES as Record<string, Scene>)[name] ?? {};
  let asked = 0;
  const microphone = async () => {
    asked += 1;
    if (scene.microphone && !(scene.isAsking && asked > 1)) throw new VoiceProblem(scene.microphone, "The microphone is off.");
    if (scene.isAsking) await answered();
    return new FakeMicrophone(scene);
  };
  return {
    info: async () => {
      if (scene.isMute) await new Promise(() => {});
      if (scene.problem) throw new VoiceProblem(...scene.problem);
      if (scene.isAway) throw new VoiceProblem("no-server", "The server does not answer.");
      return {
        version: "0.1.0",
        sessions: scene.sessions ?? ["main"],
        onDemand: false,
        join: "open",
        secrets: scene.secrets ?? { token: "no", password: "no" },
        udp: true,
        encryption: false,
        fallback: true,
        secure: true,
      };
    },
    openMicrophone: microphone,
    openOutput: async () => new FakeOutput(),
    connect: async (options) => {
      const opened = options.microphone === false ? new FakeMicrophone(scene) : await microphone();
      if (scene.isBlocked) setTimeout(() => options.onSlow?.(), 100);
      if (scene.isSlow)
        await new Promise((_, reject) =>
          options.signal?.addEventListener("abort", () => reject(new VoiceProblem("left", "Given up."))),
        );
      const { token, password } = options;
      dispatchEvent(new CustomEvent("joins", { detail: { token, password } }));
      if (scene.refuse) throw new VoiceProblem(...scene.refuse);
      return new FakeVoice(options, opened, scene);
    },
  };
}

/** The user has answered the browser's prompt; the page's root says `data-prompt` while it is open. */
async function answered() {
  const root = document.documentElement;
  root.setAttribute("data-prompt", "microphone");
  await new Promise((allowed) => addEventListener("allowed", allowed, { once: true }));
  root.removeAttribute("data-prompt");
}

class FakeMicrophone implements Microphone {
  threshold = 0.35;
  holdMs = 400;
  volume = 1;
  muted = false;
  device: string | null = null;
  readonly isStereo = false;
  readonly input = new AudioContext().createGain();
  readonly #scene: Scene;
  constructor(scene: Scene) {
    this.#scene = scene;
    dispatchEvent(new Event("microphone-opened"));
  }
  get level(): number {
    return 0.45 + 0.25 * Math.sin(performance.now() / 300);
  }
  get isOpen(): boolean {
    return this.level > this.threshold;
  }
  async list() {
    return [
      { id: "a", label: "Headset (Kestrel H3)" },
      { id: "b", label: "Built-in microphone" },
    ];
  }
  async choose(id: string) {
    if (this.#scene.isBusy) throw new VoiceProblem("in-use", "It is in use.");
    if (this.#scene.isAsking) await answered();
    this.device = id || null;
  }
  async record(seconds: number, signal?: AbortSignal) {
    await new Promise((done, fail) => {
      setTimeout(done, seconds * 1000);
      signal?.addEventListener("abort", fail);
      signal?.addEventListener("abort", () => dispatchEvent(new Event("recording-ended")));
    });
    return new AudioBuffer({ length: 480, sampleRate: 48000 });
  }
  async process() {
    if (this.#scene.isBusy) throw new VoiceProblem("in-use", "It is in use.");
  }
  close() {
    dispatchEvent(new Event("microphone-closed"));
  }
}

class FakeOutput implements Output {
  device: string | null = null;
  readonly canChoose = true;
  volume = 1;
  deafened = false;
  async list() {
    return [
      { id: "x", label: "Headphones" },
      { id: "y", label: "Screen with loudspeakers" },
    ];
  }
  async choose(id: string) {
    this.device = id || null;
  }
  async play() {}
}

class FakePlayer implements Player {
  readonly id: number;
  readonly name: string;
  readonly isSelf: boolean;
  readonly rooms: Set<string>;
  speaking = false;
  to: readonly VoiceSource[] = [];
  volume = 1;
  effects = "";
  muted = false;
  place: Place | null = null;
  isPlaced = false;
  readonly mediaStream = new MediaStream();
  constructor(id: number, name: string, rooms: readonly string[], isSelf = false) {
    [this.id, this.name, this.rooms, this.isSelf] = [id, name, new Set(rooms), isSelf];
  }
  get audioNode(): AudioNode {
    return new AudioContext().createGain();
  }
  get level(): number {
    return this.speaking ? 0.6 + 0.2 * Math.sin(performance.now() / 200 + this.id) : 0;
  }
  speak(to: readonly VoiceSource[]): void {
    [this.speaking, this.to] = [to.length > 0, to];
  }
}

class FakeChannel implements Channel {
  readonly to: Target;
  activation: Activation;
  positional: boolean;
  amplitude = 1;
  priority = "default" as const;
  talking = false;
  readonly #voice: FakeVoice;
  constructor(to: Target, options: ChannelOptions, voice: FakeVoice) {
    [this.to, this.activation, this.positional, this.#voice] = [
      to,
      options.activation ?? "voice",
      options.positional ?? false,
      voice,
    ];
  }
  get isOpen(): boolean {
    return this.activation === "open" || (this.activation === "voice" ? this.#voice.microphone.isOpen : this.talking);
  }
  close(): void {
    this.#voice.open.delete(this);
  }
}

class FakeVoice implements Voice {
  state: VoiceState = "connected";
  readonly session: string;
  readonly name: string;
  readonly key = null;
  readonly encryption: EncryptionStatus;
  readonly players = new Map<string, FakePlayer>();
  readonly microphone: FakeMicrophone;
  readonly output = new FakeOutput();
  readonly open = new Set<FakeChannel>();
  place: Place | null = null;
  facing: Direction = { x: 0, y: 0, z: 1 };
  placeShared = false;
  world = "";
  needsGesture: boolean;
  quality: Quality;
  verifyMember(): void {}
  report(): void {}
  readonly #listening = new Set<string>();
  readonly #handlers = new Map<string, Set<(event: never) => void>>();

  constructor({ session, name }: ConnectOptions, microphone: FakeMicrophone, scene: Scene) {
    [this.session, this.name, this.microphone] = [session, name, microphone];
    this.encryption = fakeEncryption(name, scene.encryption);
    this.needsGesture = scene.isSilent ?? false;
    const isPoor = scene.quality === "poor";
    this.quality = {
      word: scene.quality ?? "good",
      roundTripMs: isPoor ? 312 : 41,
      delayMs: 60,
      lostUpPercent: isPoor ? 7.4 : 0.1,
      lostDownPercent: isPoor ? 3.2 : 0,
      listeners: 3,
      listenersLostPercent: isPoor ? 9 : 0.2,
      voices: null,
      transport: scene.transport ?? (isPoor ? "tcp" : "udp"),
    };
    this.#add(new FakePlayer(1, name, [], true));
    if (!scene.isAlone) this.#people(scene);
    setTimeout(() => this.#play(scene), 300);
    addEventListener("leaves", ({ detail }: CustomEventInit<string>) => this.#lose(detail ?? ""));
    addEventListener("closes", () => this.#tell("closed", new VoiceProblem("closing", "The server closes.")));
    addEventListener("devices", () => this.#tell("devices", undefined));
  }

  readonly rooms = {
    listen: (room: string) => this.#listen(room, true),
    leave: (room: string) => this.#listen(room, false),
    list: () => [...this.#listening],
    setEffects: () => {},
  };

  readonly channels = {
    open: (to: Target, options: ChannelOptions = {}): Channel => {
      const channel = new FakeChannel(to, options, this);
      this.open.add(channel);
      return channel;
    },
    list: (): Channel[] => [...this.open],
  };

  text(to: Target, text: string): void {
    if ("player" in to)
      setTimeout(() => this.#tell("text", { name: to.player, to: { me: true }, text: "You said: " + text }), 700);
  }
  async moderate() {
    return "not-moderator" as const;
  }
  async resume() {
    this.needsGesture = false;
  }
  on<K extends keyof VoiceEvents>(event: K, handler: (event: VoiceEvents[K]) => void): () => void {
    const all = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, all.add(handler as (event: never) => void));
    return () => all.delete(handler as (event: never) => void);
  }
  leave(): void {
    this.state = "closed";
    this.#tell("closed", new VoiceProblem("left", "You have left."));
  }

  #people({ crowd = 0, arePlaced }: Scene): void {
    const names: [string, string[]][] = [
      ["Bob", ["lobby"]],
      ["Carol", ["lobby", "team"]],
      ["Dmitri \u{1f98a}", ["lobby"]],
      ["<b>Eve</b>", ["team"]],
      ["Frank", []],
    ];
    for (let index = 0; index < crowd; index += 1)
      names.push([`Player ${index + 1} of a long-winded guild`, [index % 3 ? "lobby" : "harbour"]]);
    names.forEach(([name, rooms], index) => this.#add(new FakePlayer(index + 2, name, rooms)));
    const places: [string, number, number][] = [
      ["Bob", -4, 3],
      ["Carol", 5, -1],
    ];
    for (const [name, x, z] of places)
      Object.assign(this.players.get(name) ?? {}, { place: { x, y: 0, z }, isPlaced: arePlaced ?? false });
  }

  /** Some activity: voices, texts, statistics; then the scene's own events. */
  #play(scene: Scene): void {
    for (const player of this.players.values()) this.#tell("player", player);
    this.#tell("roster", undefined);
    this.players.get("Bob")?.speak([{ room: "lobby" }]);
    this.players.get("Carol")?.speak([{ me: true }]);
    this.#tell("speaking", this.players.get("Bob") as Player);
    if (!scene.isAlone) {
      this.#tell("text", { name: "Bob", to: { room: "lobby" }, text: "Hello! Do you have the map for tonight?" });
      this.#tell("text", {
        name: "Dmitri \u{1f98a}",
        to: { room: "lobby" },
        text: "<img src=x onerror=alert(1)> is only a text here, and this one is rather long so that it has to be broken into several lines somewhere.",
      });
      this.#tell("text", { name: "Carol", to: { me: true }, text: "Do not tell Bob, but I forgot it." });
    }
    for (let sample = 0; sample < 50; sample += 1) this.#measure(sample, scene.quality === "poor");
    setInterval(() => this.#measure(Math.random() * 50, scene.quality === "poor"), 2000);
    if (scene.moves) this.#moveAbout();
    if (scene.state) this.#change(scene.state);
    const text = "Take the left door, and wait for us where the two rivers meet.";
    if (scene.captions) this.#tell("caption", { player: "Bob", by: "Captions", to: { room: "lobby" }, text, isFinal: true });
    if (scene.closing) this.#tell("closing", { inMs: 300_000, redirect: "eu2.example.org" });
    for (const [event, happened] of scene.events ?? []) this.#tell(event, happened as never);
    if (scene.ends) this.#tell("closed", new VoiceProblem(...scene.ends));
  }

  #measure(seed: number, isPoor: boolean): void {
    const wave = Math.sin(seed / 3) * Math.cos(seed / 7);
    this.quality = {
      ...this.quality,
      roundTripMs: (isPoor ? 280 : 42) + 20 * wave,
      lostUpPercent: Math.max(0, (isPoor ? 7 : 0.2) + wave),
    };
    this.#tell("quality", this.quality);
  }

  #change(state: VoiceState): void {
    this.state = state;
    this.#tell("state", { state, retryInMs: 2000 });
  }

  #listen(room: string, isOn: boolean): void {
    const mine = this.players.get(this.name);
    for (const set of [this.#listening, mine?.rooms]) {
      if (isOn) set?.add(room);
      else set?.delete(room);
    }
    this.#tell(isOn ? "entered" : "exited", { name: this.name, room });
  }

  /** Greta joins, Henry joins and leaves, Frank leaves. */
  #moveAbout(): void {
    for (const name of ["Greta", "Henry"]) {
      const player = new FakePlayer(name.length, name, ["lobby"]);
      this.#add(player);
      this.#tell("player", player);
    }
    for (const name of ["Henry", "Frank"]) this.#lose(name);
  }

  #lose(name: string): void {
    this.players.delete(name);
    this.#tell("left", { id: 0, name });
  }

  #add(player: FakePlayer): void {
    this.players.set(player.name, player);
  }

  #tell<K extends keyof VoiceEvents>(event: K, happened: VoiceEvents[K]): void {
    for (const handler of this.#handlers.get(event) ?? []) (handler as (event: VoiceEvents[K]) => void)(happened);
  }
}
