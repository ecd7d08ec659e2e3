// A player in a session: what the page requests, the link that carries it, and how it is restored after a loss.

import type {
  ModerationAction,
  ModerationResult,
  Direction,
  Output,
  Place,
  Quality,
  Target,
  Voice,
  VoiceEvents,
  VoiceState,
} from "./api.ts";
import type { Beginning } from "./beginning.ts";
import { Channels } from "./channels.ts";
import { Connection, LEAVE } from "./connection.ts";
import type { FromPage, ToPage } from "./control.ts";
import { Emitter } from "./emitter.ts";
import type { EncryptionStatus } from "./encryption_api.ts";
import { Listening } from "./listening.ts";
import type { MicrophoneInput } from "./microphone.ts";
import { ModerationRequests } from "./moderation_requests.ts";
import { PlaceReporter } from "./place_reporter.ts";
import { VoiceProblem } from "./problem.ts";
import { NOTHING_MEASURED, judge, shortage } from "./quality.ts";
import { Wake } from "./wake.ts";

export class VoiceSession implements Voice {
  /** Resolves when the session is joined for the first time; rejects with a `VoiceProblem`. */
  readonly joined: Promise<void>;
  readonly session: string;
  readonly microphone: MicrophoneInput;
  readonly rooms = {
    listen: (room: string) => this.listen(room),
    leave: (room: string) => this.unlisten(room),
    list: () => [...this.listening.rooms],
    setEffects: (room: string, effects: string) => this.listening.setRoomEffects(room, effects),
  };
  readonly channels: Voice["channels"] = {
    open: (to, options) => this.speaking.open(to, options),
    list: () => this.speaking.list(),
  };
  private readonly beginning: Beginning;
  private readonly emitter = new Emitter<VoiceEvents>();
  private readonly listening: Listening;
  private readonly speaking: Channels;
  private readonly connection: Connection;
  private readonly moderation: ModerationRequests;
  private readonly reporter: PlaceReporter;
  private readonly wake = new Wake(() => this.update());
  private readonly stops: (() => void)[];
  private measured = NOTHING_MEASURED;
  private currentName: string;
  private currentState: VoiceState = "connecting";
  private onFirst: { resolve(): void; reject(problem: VoiceProblem): void } | null = null;

  constructor(beginning: Beginning) {
    const { options, sound, microphone } = beginning;
    this.beginning = beginning;
    this.session = options.session;
    this.currentName = options.name;
    this.microphone = microphone;
    const say = (message: FromPage) => this.say(message);
    this.listening = new Listening(sound, microphone, say, (event, value) => this.emitter.emit(event, value));
    this.speaking = new Channels(say, () => this.update());
    this.moderation = new ModerationRequests(say);
    this.reporter = new PlaceReporter(say);
    this.joined = new Promise((resolve, reject) => {
      this.onFirst = { resolve, reject };
    });
    this.connection = new Connection(beginning, {
      message: (message) => this.onMessage(message),
      attached: (link) => this.listening.attach(link.slots),
      detached: (retryInMs) => this.onDetached(retryInMs),
      failed: (problem) => this.onFailed(problem),
      measured: (statistics) => this.onMeasured({ ...this.measured, ...statistics }),
      encryptionChanged: () => this.emitter.emit("encryption", this.encryption),
      encryptionEvent: (event) => this.emitter.emit("encryptionEvent", event),
    });
    this.stops = [
      sound.events.on("gesture", (needed) => this.emitter.emit("gesture", needed)),
      microphone.events.on("speech", () => this.update()),
      microphone.events.on("trouble", (problem) => this.emitter.emit("microphone", problem)),
      microphone.events.on("devices", () => this.emitter.emit("devices", undefined)),
      onPageHide(() => this.goAway()),
    ];
  }

  get state(): VoiceState {
    return this.currentState;
  }

  get name(): string {
    return this.currentName;
  }

  get key(): string | null {
    return this.connection.key;
  }

  get players(): Voice["players"] {
    return this.listening.players.byName;
  }

  get encryption(): EncryptionStatus {
    return this.connection.encryptionStatus;
  }

  report(reason: string, players: readonly string[] = []): void {
    if (this.connection.report(players, reason)) return;
    this.emitter.emit("encryptionEvent", { type: "reportRefused", why: "no-group" });
  }

  verifyMember(name: string): void {
    this.connection.verifyMember(name);
  }

  get output(): Output {
    return this.beginning.sound.output;
  }

  get quality(): Quality {
    return judge(this.measured, this.currentState === "connected");
  }

  get place(): Place | null {
    return this.reporter.place;
  }

  set place(place: Place | null) {
    this.reporter.place = place;
    this.listening.setListener(place);
  }

  get facing(): Direction {
    return this.listening.facing;
  }

  set facing(facing: Direction) {
    this.listening.facing = facing;
  }

  get placeShared(): boolean {
    return this.reporter.isShared;
  }

  set placeShared(shared: boolean) {
    this.reporter.isShared = shared;
  }

  get world(): string {
    return this.reporter.world;
  }

  set world(name: string) {
    this.reporter.world = name;
  }

  get needsGesture(): boolean {
    return this.beginning.sound.needsGesture;
  }

  resume(): Promise<void> {
    return this.beginning.sound.resume();
  }

  text(to: Target, text: string): void {
    const bytes = new TextEncoder().encode(text).length;
    const most = this.encryption.state === "off" ? TEXT_BYTES_MAX : SEALED_TEXT_BYTES_MAX;
    if (bytes > most) throw new RangeError(`a text has at most ${most} bytes, this one ${bytes}`);
    if (!this.say({ type: "text", to, text })) {
      this.emitter.emit("problem", { message: "The text was not sent: there is no connection." });
    }
  }

  moderate(player: string, action: ModerationAction, reason = ""): Promise<ModerationResult> {
    return this.moderation.ask(player, action, reason);
  }

  on<K extends keyof VoiceEvents>(event: K, handler: (event: VoiceEvents[K]) => void): () => void {
    return this.emitter.on(event, handler);
  }

  leave(): void {
    this.connection.say(LEAVE);
    this.end(new VoiceProblem("left", "You have left."));
  }

  private goAway(): void {
    const stays = this.beginning.options.onUnload === "stay" && this.connection.isKept;
    if (!stays) this.connection.say(LEAVE);
    this.end(new VoiceProblem("left", "The page has gone away."), stays);
  }

  private listen(room: string): void {
    if (this.listening.rooms.has(room)) return;
    this.listening.rooms.add(room);
    this.say({ type: "listen", room });
  }

  private unlisten(room: string): void {
    if (this.listening.rooms.delete(room)) this.say({ type: "unlisten", room });
  }

  /** What cannot be sent now is sent after the next `joined`, if it still applies. */
  private say(message: FromPage): boolean {
    return this.currentState === "connected" && this.connection.say(message);
  }

  private onMessage(message: ToPage): void {
    switch (message.type) {
      case "joined":
        this.onJoined(message);
        return;
      case "channels":
        this.speaking.onOpenChannels(message.open.map(({ channel }) => channel));
        return;
      case "moderated":
        this.moderation.answer(message.id, message.answer);
        return;
      case "uplink":
        this.measured = { ...this.measured, lostUpPercent: message.lostPercent };
        return;
      case "listeners":
        this.measured = { ...this.measured, listeners: message.count, listenersLostPercent: message.lostPercent };
        return;
      case "downlink":
        this.measured = { ...this.measured, voices: shortage(message.voices, message.speaking) };
        return;
      case "disconnected":
        this.moderation.fail();
        this.setState("reconnecting", message.retryInMs);
        this.update();
        return;
      default:
        this.listening.take(message);
    }
  }

  private onJoined(message: Extract<ToPage, { type: "joined" }>): void {
    this.currentName = message.name;
    this.listening.take(message);
    this.speaking.onJoined();
    this.setState("connected", null);
    for (const room of this.listening.rooms) this.say({ type: "listen", room });
    for (const player of this.listening.players.ignored()) this.say({ type: "ignore", player, ignored: true });
    this.reporter.repeat();
    this.update();
    const { session, id, name, resumed } = message;
    this.emitter.emit("joined", { session, id, name, resumed });
    this.onFirst?.resolve();
    this.onFirst = null;
  }

  private onDetached(retryInMs: number | null): void {
    this.listening.detach();
    this.moderation.fail();
    this.measured = NOTHING_MEASURED;
    this.setState(this.onFirst === null ? "reconnecting" : "connecting", retryInMs);
    this.update();
  }

  /** The link could not be opened, or the server has ended it: final, unless there was one that may be resumed. */
  private onFailed(problem: VoiceProblem): void {
    const mayComeBack = this.onFirst === null && problem.retryInMs !== null;
    if (!mayComeBack) this.end(problem);
  }

  private end(problem: VoiceProblem, isUnloading = false): void {
    if (this.currentState === "closed") return;
    this.connection.end(isUnloading);
    this.listening.close();
    this.moderation.fail();
    this.setState("closed", null);
    for (const stop of this.stops) stop();
    this.wake.stop();
    if (this.beginning.ownsMicrophone) this.microphone.close();
    this.onFirst?.reject(problem);
    if (this.onFirst === null) this.emitter.emit("closed", problem);
    this.onFirst = null;
  }

  private update(): void {
    const { muted, isOpen } = this.microphone;
    const speech = { isJoined: this.currentState === "connected", isMuted: muted, isVoice: isOpen };
    this.speaking.update(performance.now(), speech);
    this.microphone.setDelay(this.speaking.isAnyByVoice ? PREROLL_MS : 0);
    this.connection.setSending(this.speaking.isAnyOpen);
    this.listening.setSending(this.speaking.isAnyOpen);
    this.wake.at(this.speaking.wakeAt);
  }

  private onMeasured(measured: typeof NOTHING_MEASURED): void {
    this.measured = measured;
    this.emitter.emit("quality", this.quality);
  }

  private setState(state: VoiceState, retryInMs: number | null): void {
    if (state === this.currentState && state !== "reconnecting") return;
    this.currentState = state;
    this.emitter.emit("state", { state, retryInMs });
    this.emitter.emit("quality", this.quality);
  }
}

function onPageHide(handler: () => void): () => void {
  addEventListener("pagehide", handler);
  return () => removeEventListener("pagehide", handler);
}

const TEXT_BYTES_MAX = 998;
/** In base64 and with what sealing adds, it has at most as many. */
const SEALED_TEXT_BYTES_MAX = 729;
/** The time between the detection of a voice and its first syllable: enough to open a channel on a slow link. */
const PREROLL_MS = 120;
