// The room: people, chat, map and sound, with my own voice always at hand.

import type { Reach, Target, Voice, VoiceEvents } from "../voice/index.ts";
import { writeAddress } from "./address.ts";
import { Announcer } from "./announcements.ts";
import type { Screen } from "./app.ts";
import { ChatLog } from "./chat_log.ts";
import { ChatPanel } from "./chat_panel.ts";
import { ConnectionPanel } from "./connection_panel.ts";
import { Dock } from "./dock.ts";
import { element, icon, mark, say } from "./dom.ts";
import type { Ending } from "./ended_view.ts";
import { ICONS } from "./icons.ts";
import type { Wish } from "./join_view.ts";
import { MapPanel } from "./map_panel.ts";
import { Notices } from "./notices.ts";
import { pageHeader } from "./page_header.ts";
import { PeoplePanel } from "./people_panel.ts";
import type { Hearing } from "./quality_words.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { tellEvents } from "./room_events.ts";
import { ofPlayer, type Memory } from "./settings.ts";
import { SoundPanel } from "./sound_panel.ts";
import { watchTalkKey } from "./talk_key.ts";
import { Talking } from "./talking.ts";
import { WORDS } from "./words.ts";

export interface RoomOptions {
  voice: Voice;
  wish: Wish;
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
  readonly withMicrophone: boolean;
  rooms: readonly string[] = [];
  readonly #wish: Wish;
  readonly #notices = new Notices();
  readonly #announced = element("p", { class: "unseen", role: "status" });
  readonly #announcer = new Announcer((words) => say(this.#announced, words));
  readonly #chatPanel: ChatPanel;
  readonly #connection: ConnectionPanel;
  readonly #sound: SoundPanel;
  readonly #panels: Panel[];
  readonly #tabs: Map<Section, HTMLButtonElement>;
  readonly #stops: (() => void)[] = [];
  readonly #main: HTMLElement;
  #mustDraw = true;
  #isSanctioned = false;
  #frame = 0;

  constructor({ voice, wish, memory, ended }: RoomOptions) {
    this.voice = voice;
    this.memory = memory;
    this.#wish = wish;
    this.withMicrophone = wish.withMicrophone;
    this.talking = new Talking(voice, () => this.redraw());
    this.#chatPanel = new ChatPanel(this);
    this.#connection = new ConnectionPanel(this);
    this.#sound = new SoundPanel(this);
    const [people, map, dock] = [new PeoplePanel(this), new MapPanel(this), new Dock(this)];
    this.#panels = [people, this.#chatPanel, map, this.#sound, this.#connection, dock];
    this.#tabs = new Map(
      SECTIONS.map((section) => [
        section,
        element(
          "button",
          { type: "button", onclick: () => this.#showSection(section) },
          WORDS.sections[section],
          element("span", { class: "badge" }),
        ),
      ]),
    );
    this.#main = element("main", { class: "panels" }, people.node, this.#chatPanel.node, map.node, this.#sound.node);
    this.first = element("h1", { tabindex: -1 }, voice.session);
    const leave = element(
      "button",
      {
        type: "button",
        onclick: () => {
          voice.leave();
          ended({ cause: "left", message: "" });
        },
      },
      icon(ICONS.leave),
      element("span", { class: "wide" }, WORDS.actions.leave),
    );
    mark(leave, "aria-label", WORDS.actions.leave);
    this.node = element(
      "div",
      { class: "room-screen" },
      pageHeader(memory, this.first, this.#connection.node, copyButton(), leave),
      this.#notices.node,
      this.#announced,
      element("nav", { "aria-label": WORDS.rooms.title }, ...this.#tabs.values()),
      this.#main,
      dock.node,
    );
    this.#showSection("people");
    this.#begin(ended);
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

  hearing(): Hearing {
    const { voice } = this;
    return {
      isConnected: voice.state === "connected",
      needsGesture: voice.needsGesture,
      isDeafened: voice.output.deafened,
      isSanctioned: this.#isSanctioned,
      volume: voice.output.volume,
      myRooms: voice.rooms.list(),
    };
  }

  readonly redraw = (): void => {
    this.#mustDraw = true;
  };

  writeTo(target: Target): void {
    this.#showSection("chat");
    this.#chatPanel.choose(target);
    this.#chatPanel.focus();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#announcer.stop();
    for (const stop of this.#stops) stop();
  }

  #begin(ended: (ending: Ending) => void): void {
    const { voice, memory, talking } = this;
    const { settings } = memory;
    voice.output.volume = settings.volume;
    voice.microphone.threshold = settings.threshold;
    voice.placeShared = true;
    talking.activateBy(settings.activation);
    for (const player of voice.players.values()) this.#remember(player.name);
    for (const room of this.#wish.rooms) this.join(room);
    if (this.withMicrophone)
      this.#stops.push(
        watchTalkKey(
          () => memory.settings.key,
          (isHeld) => talking.hold("key", isHeld && talking.intent.activation === "push-to-talk"),
        ),
      );
    this.#stops.push(tellEvents(voice, this.#notices, this.#announcer), ...this.#listen(ended));
    this.#draw();
  }

  #listen(ended: (ending: Ending) => void): (() => void)[] {
    const { voice } = this;
    const drawn: (keyof VoiceEvents)[] = [
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
      "sanctioned",
      "removedFromRoom",
      "moved",
    ];
    return [
      voice.on("player", ({ name }) => this.#remember(name)),
      voice.on("text", ({ name, to, text }) => this.#receive(name, to, text)),
      voice.on("textHeld", ({ waitMs }) =>
        this.#chatPanel.complain(WORDS.chat.held((waitMs / 1000).toFixed(waitMs < 10000 ? 1 : 0))),
      ),
      voice.on("sanctioned", ({ sanction, lifted }) => {
        if (sanction === "hearing") this.#isSanctioned = !lifted;
      }),
      voice.on("moved", ({ from, to }) => this.#move(from, to)),
      voice.on("quality", () => this.#connection.measured()),
      voice.on("devices", () => this.#sound.refreshDevices()),
      voice.on("closed", ({ code, message }) => ended({ cause: code, message })),
      ...drawn.map((event) => voice.on(event, this.redraw)),
    ];
  }

  /** What was set for a player in an earlier visit. */
  #remember(name: string): void {
    const player = this.voice.players.get(name);
    if (player && !player.isSelf) Object.assign(player, ofPlayer(this.memory.settings, name));
  }

  #receive(from: string, to: Reach, text: string): void {
    const target: Target = "room" in to ? { room: to.room } : { player: from };
    const shown = this.#chatPanel.target;
    const isShown = this.#main.dataset["shown"] === "chat" || matchMedia(WIDE).matches;
    const isRead = isShown && !document.hidden && shown !== null && JSON.stringify(shown) === JSON.stringify(target);
    this.chat.add(target, { from, isMine: false, text, at: Date.now() }, isRead);
    this.redraw();
  }

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
    history.replaceState(
      null,
      "",
      location.pathname + location.search + writeAddress({ session: this.voice.session, rooms: [...rooms] }),
    );
  }

  #showSection(section: Section): void {
    mark(this.#main, "data-shown", section);
    for (const [name, tab] of this.#tabs) mark(tab, "aria-current", name === section ? "true" : false);
    this.redraw();
  }

  /** Draws what has changed, once a frame at most, and levels at every other frame. */
  #draw(): void {
    let frames = 0;
    const draw = () => {
      this.#frame = requestAnimationFrame(draw);
      frames += 1;
      if (this.#mustDraw) this.#update();
      if (frames % 2 === 0) for (const panel of this.#panels) panel.drawLevels?.();
    };
    draw();
  }

  #update(): void {
    this.#mustDraw = false;
    const { target } = this.#chatPanel;
    if (target && (this.#main.dataset["shown"] === "chat" || matchMedia(WIDE).matches) && !document.hidden)
      this.chat.read(target);
    for (const panel of this.#panels) panel.update();
    const { unread } = this.chat;
    const badge = this.#tabs.get("chat")?.lastElementChild;
    if (badge) say(badge, unread ? String(unread) : "");
    document.title = (unread ? `(${unread}) ` : "") + `${this.voice.session} · ${WORDS.brand}`;
  }
}

type Section = keyof typeof WORDS.sections;
const SECTIONS: readonly Section[] = ["people", "chat", "map", "sound"];
/** Where all sections are seen at once: as in the style sheet. */
const WIDE = "(min-width: 900px)";

function copyButton(): HTMLButtonElement {
  const words = element("span", { class: "wide", role: "status" }, WORDS.actions.copy);
  const button = element(
    "button",
    {
      type: "button",
      "aria-label": WORDS.actions.copy,
      hidden: !navigator.clipboard,
      onclick: async () => {
        await navigator.clipboard.writeText(location.href);
        say(words, WORDS.actions.copied);
        setTimeout(() => say(words, WORDS.actions.copy), 2000);
      },
    },
    icon(ICONS.link),
    words,
  );
  return button;
}
