// The room: people, chat, map and sound, with the bar for the own voice.

import { VoiceProblem, type VoiceSource, type Target, type Voice, type VoiceEvents } from "../voice/index.ts";
import { writeAddress } from "./address.ts";
import { Announcer } from "./announcements.ts";
import type { Screen } from "./app.ts";
import { Captions } from "./captions.ts";
import { ChatLog } from "./chat_log.ts";
import { ChatPanel } from "./chat_panel.ts";
import { ConnectionPanel } from "./connection_panel.ts";
import { Dock } from "./dock.ts";
import { element, say } from "./dom.ts";
import { Drawing, drawLevels } from "./drawing.ts";
import { EncryptionPanel } from "./encryption_panel.ts";
import type { Ending } from "./ended_view.ts";
import { goOnMap, MapPanel } from "./map_panel.ts";
import { keepIdentity, takeIdentity } from "./identity.ts";
import { inText, nameElement } from "./names.ts";
import { Notices } from "./notices.ts";
import { pageHeader } from "./page_header.ts";
import { PeoplePanel } from "./people_panel.ts";
import type { Hearing } from "./quality_words.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { showEvents } from "./room_events.ts";
import { chooseRememberedOutput, withRememberedMicrophone } from "./remembered_devices.ts";
import { microphoneWords } from "./problem_words.ts";
import { copyButton, leaveButton } from "./room_header.ts";
import { ScreenLock } from "./screen_lock.ts";
import { Sections } from "./sections.ts";
import { ofPlayer, type Memory } from "./settings.ts";
import { SoundPanel } from "./sound_panel.ts";
import { watchTalkKey } from "./talk_key.ts";
import { targetKey } from "./talk_plan.ts";
import { isTouchOnly } from "./touch_only.ts";
import { Talking } from "./talking.ts";
import { rememberVisit, type Manner, type Wish } from "./visit.ts";
import { WORDS } from "./words.ts";

export interface RoomOptions {
  voice: Voice;
  wish: Wish;
  /** The state before a reload; null for a new visit. */
  manner: Manner | null;
  memory: Memory;
  ended: (ending: Ending) => void;
}

export class RoomView implements Screen, RoomContext {
  readonly node: HTMLElement;
  readonly first: HTMLElement;
  readonly voice: Voice;
  readonly memory: Memory;
  readonly talking: Talking;
  readonly chat = new ChatLog();
  readonly captions = new Captions(() => this.redraw());
  withMicrophone: boolean;
  rooms: readonly string[] = [];
  readonly #wish: Wish;
  readonly #ended: (ending: Ending) => void;
  readonly #notices = new Notices();
  readonly #announced = element("p", { class: "unseen", role: "status" });
  readonly #announcer = new Announcer((words) => say(this.#announced, words));
  readonly #chatPanel: ChatPanel;
  readonly #connection: ConnectionPanel;
  readonly #sound: SoundPanel;
  readonly #panels: Panel[];
  readonly #sections: Sections;
  readonly #screen: ScreenLock;
  readonly #stops: (() => void)[] = [];
  readonly #drawing = new Drawing(() => this.#update());
  #keepKeys = () => Promise.resolve();
  #isDeafenedByOperator = false;
  #isLeaving = false;

  constructor({ voice, wish, manner, memory, ended }: RoomOptions) {
    this.voice = voice;
    this.memory = memory;
    this.#wish = wish;
    this.#ended = ended;
    this.withMicrophone = wish.withMicrophone;
    this.talking = new Talking(voice, this.redraw);
    this.#screen = new ScreenLock(() => memory.settings.screenOn && isTouchOnly());
    this.#chatPanel = new ChatPanel(this);
    this.#connection = new ConnectionPanel(this);
    this.#sound = new SoundPanel(this);
    const [people, map, dock] = [new PeoplePanel(this), new MapPanel(this), new Dock(this)];
    const encryption = new EncryptionPanel(this);
    this.#panels = [people, this.#chatPanel, map, this.#sound, this.#connection, encryption, dock];
    this.#sections = new Sections({ people, chat: this.#chatPanel, map, sound: this.#sound }, this.redraw);
    this.first = element("h1", { tabindex: -1 }, nameElement(voice.session));
    const header = pageHeader(
      memory,
      this.first,
      encryption.node,
      this.#connection.node,
      copyButton(),
      leaveButton(() => this.#leave()),
    );
    const { tabs, main } = this.#sections;
    this.node = element(
      "div",
      { class: "room-screen" },
      header,
      this.#notices.node,
      this.#announced,
      tabs,
      main,
      dock.node,
    );
    this.#begin(manner);
  }

  join(room: string): void {
    if (!this.rooms.includes(room)) this.#setRooms([...this.rooms, room]);
    this.voice.rooms.listen(room);
    if (this.withMicrophone) this.talking.talkTo(room, true);
    this.redraw();
  }

  forget(room: string): void {
    this.voice.rooms.leave(room);
    this.talking.talkTo(room, false);
    this.#setRooms(this.rooms.filter((one) => one !== room));
    this.redraw();
  }

  async openMicrophone(): Promise<void> {
    const { voice, memory } = this;
    try {
      await withRememberedMicrophone(memory, (device) => voice.microphone.choose(device ?? ""));
      this.#notices.hide("microphone");
      // Browsers list devices only after one of them may be used.
      this.#sound.refreshDevices();
      this.withMicrophone = this.#wish.withMicrophone = true;
      this.#rememberVisit();
      for (const room of voice.rooms.list()) this.talking.talkTo(room, true);
    } catch (problem) {
      if (!(problem instanceof VoiceProblem)) throw problem;
      this.#notices.show({ kind: "microphone", words: microphoneWords(problem), isTrouble: true });
    }
    this.redraw();
  }

  keysKept(): Promise<void> {
    return this.#keepKeys();
  }

  hearing(): Hearing {
    const { voice } = this;
    return {
      isConnected: voice.state === "connected",
      needsGesture: voice.needsGesture,
      isDeafened: voice.output.deafened,
      isDeafenedByOperator: this.#isDeafenedByOperator,
      volume: voice.output.volume,
      myRooms: voice.rooms.list(),
    };
  }

  readonly redraw = (): void => {
    this.#drawing.request();
  };

  writeTo(target: Target): void {
    this.#sections.choose("chat");
    this.#chatPanel.choose(target);
    this.#chatPanel.focus();
  }

  stop(): void {
    this.#drawing.stop();
    this.#announcer.stop();
    this.captions.stop();
    this.#screen.stop();
    this.voice.microphone.close();
    for (const stop of this.#stops) stop();
  }

  #close(cause: string, message: string): void {
    const isUnloading = cause === "left" && !this.#isLeaving;
    if (isUnloading) this.#rememberVisit(this.voice.key);
    this.#ended({ cause, message, isUnloading });
  }

  #leave(): void {
    this.#isLeaving = true;
    this.voice.leave();
  }

  #begin(manner: Manner | null): void {
    const { voice, memory, talking } = this;
    const { settings } = memory;
    voice.output.volume = settings.volume;
    voice.microphone.threshold = settings.threshold;
    talking.activateBy(settings.activation);
    for (const player of voice.players.values()) this.#remember(player.name);
    if (manner) voice.microphone.muted = manner.isMuted;
    for (const room of this.#wish.rooms) this.join(room);
    if (manner) this.#beAs(manner);
    this.#rememberVisit();
    const talksByKey = () => this.withMicrophone && talking.intent.activation === "push-to-talk";
    const talkKey = () => (talksByKey() ? memory.settings.key : null);
    this.#stops.push(watchTalkKey(talkKey, (isHeld) => talking.hold("key", isHeld)));
    this.#stops.push(whenHidden(() => this.#rememberVisit()));
    this.#stops.push(showEvents(voice, this.#notices, this.#announcer), ...this.#listen());
    const notKept = () => this.#notices.show({ kind: "not-kept", words: WORDS.banner.notKept, isTrouble: true });
    void takeIdentity().then((identity) => (this.#keepKeys = keepIdentity(voice, identity, notKept)));
    this.#stops.push(drawLevels(() => this.#panels.forEach((panel) => panel.drawLevels?.())));
    void chooseRememberedOutput(memory, voice.output).then(() => this.#sound.refreshDevices());
    this.#update();
  }

  #beAs({ isDeafened, talksTo, place }: Manner): void {
    const { voice, talking } = this;
    voice.output.deafened = isDeafened;
    for (const room of this.rooms) if (!talksTo.includes(room)) talking.talkTo(room, false);
    if (place) goOnMap(this, place);
  }

  /** `key` only when the page is unloaded. */
  #rememberVisit(key: string | null = null): void {
    const { voice, talking } = this;
    const [isMuted, isDeafened] = [voice.microphone.muted, voice.output.deafened];
    const manner = { isMuted, isDeafened, talksTo: [...talking.intent.rooms], place: voice.place };
    rememberVisit({ wish: this.#wish, manner, key });
  }

  #listen(): (() => void)[] {
    const { voice } = this;
    return [
      voice.on("player", ({ name }) => this.#remember(name)),
      voice.on("text", ({ name, to, text }) => this.#receive(name, to, text)),
      voice.on("caption", (caption) => this.captions.show(caption)),
      voice.on("left", ({ name }) => this.captions.hide(name)),
      voice.on("textRateLimited", ({ waitMs }) =>
        this.#chatPanel.complain(WORDS.chat.held((waitMs / 1000).toFixed(waitMs < 10000 ? 1 : 0))),
      ),
      voice.on("restricted", ({ restriction, lifted }) => {
        if (restriction === "hearing") this.#isDeafenedByOperator = !lifted;
      }),
      voice.on("moved", ({ from, to }) => this.#move(from, to)),
      voice.on("quality", () => this.#connection.measured()),
      voice.on("devices", () => this.#sound.refreshDevices()),
      voice.on("closed", ({ code, message }) => this.#close(code, message)),
      ...REDRAWN.map((event) => voice.on(event, this.redraw)),
    ];
  }

  /** Applies a player's settings from an earlier visit. */
  #remember(name: string): void {
    const player = this.voice.players.get(name);
    if (player && !player.isSelf) Object.assign(player, ofPlayer(this.memory.settings, name));
  }

  #receive(from: string, to: VoiceSource, text: string): void {
    const target: Target = "room" in to ? { room: to.room } : { player: from };
    const shown = this.#chatPanel.target;
    const isRead = shown !== null && targetKey(shown) === targetKey(target) && this.#sections.isSeen("chat");
    this.chat.add(target, { from, isMine: false, text, at: Date.now() }, isRead);
    this.#showUnread();
    this.redraw();
  }

  /** The operator has moved this player to another room. */
  #move(from: string, to: string): void {
    const talks = this.talking.intent.rooms.has(from);
    this.talking.talkTo(from, false);
    if (talks) this.talking.talkTo(to, true);
    this.#setRooms([...new Set(this.rooms.map((room) => (room === from ? to : room)))]);
  }

  #setRooms(rooms: readonly string[]): void {
    for (const room of this.rooms) if (!rooms.includes(room)) this.chat.end({ room });
    for (const room of rooms) this.chat.begin({ room });
    this.rooms = rooms;
    this.#wish.rooms = [...rooms];
    this.#rememberVisit();
    history.replaceState(
      null,
      "",
      location.pathname + location.search + writeAddress({ session: this.voice.session, rooms: [...rooms] }),
    );
  }

  #update(): void {
    const { target } = this.#chatPanel;
    if (target && this.#sections.isSeen("chat")) this.chat.read(target);
    for (const panel of this.#panels) panel.update();
    this.#screen.update();
    this.#showUnread();
  }

  /** Also while the page is hidden, when nothing else is drawn. */
  #showUnread(): void {
    const { unread } = this.chat;
    this.#sections.count("chat", unread);
    document.title = (unread ? `(${unread}) ` : "") + `${inText(this.voice.session)} · ${WORDS.brand}`;
  }
}

/** A phone may end a hidden page without an event. Returns a function that unsubscribes. */
function whenHidden(then: () => void): () => void {
  const onChange = () => (document.hidden ? then() : undefined);
  document.addEventListener("visibilitychange", onChange);
  return () => document.removeEventListener("visibilitychange", onChange);
}

/** Other inputs of the view. */
const REDRAWN: readonly (keyof VoiceEvents)[] = [
  "encryption",
  "state",
  "joined",
  "roster",
  "player",
  "left",
  "entered",
  "exited",
  "speaking",
  "placed",
  "gesture",
  "restricted",
  "removedFromRoom",
  "moved",
];
