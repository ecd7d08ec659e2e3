// The list of players: own rooms with switches to listen and talk, other rooms, and players in none.

import type { Player, VoiceState } from "../voice/index.ts";
import { isRoomName } from "./address.ts";
import { element, icon, KeyedList, mark, say, show, type View } from "./dom.ts";
import { Field } from "./field.ts";
import { ICONS } from "./icons.ts";
import { group, type RoomGroup } from "./people.ts";
import { inText, listed, nameElement } from "./names.ts";
import { PlayerRow } from "./player_row.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { WORDS } from "./words.ts";

export class PeoplePanel implements Panel {
  readonly node: HTMLElement;
  readonly #context: RoomContext;
  readonly #mine: KeyedList<RoomGroup<Player>>;
  readonly #others: KeyedList<RoomGroup<Player>>;
  readonly #nowhere: KeyedList<Player>;
  readonly #elsewhere: HTMLElement;
  readonly #idle: HTMLElement;

  constructor(context: RoomContext) {
    this.#context = context;
    const [mine, others, nowhere] = [
      element("div", { class: "rooms" }),
      element("ul", { class: "plain" }),
      element("ul", { class: "plain" }),
    ];
    this.#mine = new KeyedList(
      mine,
      (one) => one.room,
      (one) => new RoomCard(one.room, context),
    );
    this.#others = new KeyedList(
      others,
      (one) => one.room,
      (one) => otherRoom(one.room, context),
    );
    this.#nowhere = new KeyedList(
      nowhere,
      (player) => player.name,
      (player) => new PlayerRow(player, context),
    );
    this.#elsewhere = element("div", { class: "card" }, element("h3", {}, WORDS.rooms.elsewhere), others);
    this.#idle = element("div", { class: "card" }, element("h3", {}, WORDS.rooms.nowhere), nowhere);
    this.node = element(
      "section",
      { class: "panel people", "aria-labelledby": "people-title" },
      element("h2", { id: "people-title" }, WORDS.sections.people),
      mine,
      addRoom(context),
      this.#elsewhere,
      this.#idle,
    );
  }

  update(): void {
    const { voice, talking, rooms } = this.#context;
    const people = group(voice.players.values(), {
      mine: rooms,
      listening: voice.rooms.list(),
      talking: talking.intent.rooms,
    });
    this.#mine.update(people.mine);
    this.#others.update(people.others);
    this.#nowhere.update(people.nowhere);
    show(this.#elsewhere, people.others.length > 0);
    show(this.#idle, people.nowhere.length > 0);
  }

  drawLevels(): void {
    for (const card of this.#mine.views.values()) if (card instanceof RoomCard) card.drawLevels();
  }
}

/** One of the user's rooms. */
class RoomCard implements View<RoomGroup<Player>> {
  readonly node: HTMLElement;
  readonly #players: KeyedList<Player>;
  readonly #count = element("span", { class: "note" });
  readonly #empty = element("p", { class: "note" });
  readonly #listen: HTMLButtonElement;
  readonly #talk: HTMLButtonElement;
  readonly #context: RoomContext;

  constructor(room: string, context: RoomContext) {
    const { voice, talking } = context;
    this.#context = context;
    const toggle = (words: string, label: string, change: (isOn: boolean) => void) =>
      element(
        "button",
        {
          type: "button",
          class: "toggle",
          "aria-label": label,
          onclick: (event: Event) => {
            change((event.currentTarget as HTMLElement).getAttribute("aria-pressed") !== "true");
            context.redraw();
          },
        },
        words,
      );
    this.#listen = toggle(WORDS.rooms.listen, WORDS.rooms.listenTo(room), (isOn) =>
      isOn ? voice.rooms.listen(room) : voice.rooms.leave(room),
    );
    this.#talk = toggle(WORDS.rooms.talk, WORDS.rooms.talkTo(room), (isOn) => talking.talkTo(room, isOn));
    const forget = element(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": WORDS.rooms.forget(room),
        title: WORDS.rooms.forget(room),
        onclick: () => context.forget(room),
      },
      icon(ICONS.close),
    );
    const list = element("ul", { class: "plain" });
    this.#players = new KeyedList(
      list,
      (player) => player.name,
      (player) => new PlayerRow(player, context),
    );
    this.node = element(
      "article",
      { class: "card room", "aria-label": inText(room) },
      element(
        "div",
        { class: "room-head" },
        element("div", { class: "names" }, element("h3", {}, nameElement(room)), this.#count),
        element("div", { class: "buttons" }, this.#listen, this.#talk, forget),
      ),
      list,
      this.#empty,
    );
  }

  update({ players, isListening, isTalking }: RoomGroup<Player>): void {
    this.#talk.disabled = !this.#context.withMicrophone;
    mark(this.#listen, "aria-pressed", String(isListening));
    mark(this.#talk, "aria-pressed", String(isTalking));
    this.#players.update(players);
    say(this.#count, WORDS.rooms.count(players.length));
    say(this.#empty, isListening ? emptyWords(this.#context.voice.state) : WORDS.rooms.notListening);
    show(this.#empty, !isListening || players.every((player) => player.isSelf));
  }

  stop(): void {
    this.#players.update([]);
  }

  drawLevels(): void {
    for (const row of this.#players.views.values()) if (row instanceof PlayerRow) row.drawLevel();
  }
}

/** Another room. */
function otherRoom(room: string, context: RoomContext): View<RoomGroup<Player>> {
  const names = element("span", { class: "state" });
  const enter = element(
    "button",
    { type: "button", "aria-label": WORDS.rooms.enter(room), onclick: () => context.join(room) },
    WORDS.rooms.addButton,
  );
  const node = element(
    "li",
    { class: "player-head" },
    element("span", { class: "names" }, element("span", { class: "name" }, nameElement(room)), names),
    enter,
  );
  return { node, update: ({ players }) => say(names, listed(players.map((player) => player.name))) };
}

function addRoom(context: RoomContext): HTMLElement {
  const field = new Field({ label: WORDS.rooms.add });
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isRoomName(field.value)) return field.complain(WORDS.join.roomMissing);
    context.join(field.value);
    field.input.value = "";
  };
  return element(
    "form",
    { class: "add-room", novalidate: true, onsubmit: submit },
    field.node,
    element("button", {}, WORDS.rooms.addButton),
  );
}

/** No one finds the way here while there is no connection. */
function emptyWords(state: VoiceState): string {
  return state === "connected" ? WORDS.rooms.empty : WORDS.rooms.away;
}
