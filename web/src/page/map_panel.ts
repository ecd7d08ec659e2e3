// The map: the own position and the sources of voices, seen from above.

import type { Place, Player } from "../voice/index.ts";
import { element, KeyedList, mark, measure, say, show, type View } from "./dom.ts";
import { liveLevel } from "./live_level.ts";
import { fromShares, relation, stepped, toShares } from "./plane.ts";
import { inText, initial, nameElement } from "./names.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { WORDS } from "./words.ts";

export class MapPanel implements Panel {
  readonly node: HTMLElement;
  readonly #context: RoomContext;
  readonly #plane = element("div", { class: "plane", role: "group", "aria-label": WORDS.map.plane });
  readonly #markers: KeyedList<Player>;
  readonly #tray: KeyedList<Player>;
  readonly #trayBox: HTMLElement;
  readonly #local = element("p", { class: "note" }, WORDS.map.local);
  readonly #noPlaces = element("p", { class: "note" }, WORDS.map.noPlaces);
  readonly #body: HTMLElement;
  readonly #toggle: HTMLInputElement;

  constructor(context: RoomContext) {
    this.#context = context;
    const markers = element("div", { class: "markers" });
    const tray = element("div", { class: "choices" });
    this.#plane.append(element("span", { class: "ahead", "aria-hidden": "true" }, WORDS.map.ahead), markers);
    this.#markers = new KeyedList(
      markers,
      (player) => player.name,
      (player) => new Marker(player, this.#plane, context),
    );
    this.#tray = new KeyedList(
      tray,
      (player) => player.name,
      (player) => this.#trayButton(player),
    );
    this.#trayBox = element("div", {}, element("h3", {}, WORDS.map.tray), tray);
    this.#toggle = element("input", {
      type: "checkbox",
      role: "switch",
      onchange: () => this.#switch(this.#toggle.checked),
    });
    this.#body = element(
      "div",
      { class: "map-body", hidden: true },
      this.#plane,
      this.#trayBox,
      element("p", { class: "note" }, WORDS.map.help),
      this.#local,
      this.#noPlaces,
    );
    this.node = element(
      "section",
      { class: "panel map", "aria-labelledby": "map-title" },
      element("h2", { id: "map-title" }, WORDS.sections.map),
      element(
        "div",
        { class: "card" },
        element("label", { class: "switch" }, this.#toggle, element("span", {}, WORDS.map.on)),
        element("p", { class: "note" }, WORDS.map.onHint),
        this.#body,
      ),
    );
  }

  update(): void {
    const { voice } = this.#context;
    const isOn = voice.place !== null;
    this.#toggle.checked = isOn;
    show(this.#body, isOn);
    if (!isOn) return;
    const players = [...voice.players.values()];
    const others = players.filter((player) => !player.isSelf);
    this.#markers.update(players.filter((player) => player.isSelf || player.place !== null));
    const unplaced = others.filter((player) => player.place === null);
    this.#tray.update(unplaced);
    show(this.#trayBox, unplaced.length > 0);
    show(
      this.#local,
      others.some((player) => !player.isPlaced),
    );
    show(this.#noPlaces, voice.quality.transport === "websocket");
  }

  drawLevels(): void {
    for (const marker of this.#markers.views.values()) if (marker instanceof Marker) marker.drawLevel();
  }

  #switch(isOn: boolean): void {
    goOnMap(this.#context, isOn ? { x: 0, y: 0, z: 0 } : null);
  }

  /** Places a player on the map, ahead of the listener; it can be moved from there. */
  #trayButton(player: Player): View<Player> {
    const node = element(
      "button",
      {
        type: "button",
        class: "toggle",
        onclick: () => {
          const mine = this.#context.voice.place ?? { x: 0, y: 0, z: 0 };
          player.place = stepped(mine, "ArrowUp", true);
          this.#context.redraw();
          requestAnimationFrame(() => this.#markers.views.get(player.name)?.node.focus());
        },
      },
      "+ ",
      nameElement(player.name),
    );
    return { node, update: () => undefined };
  }
}

/** Sets the own position; null is off the map. */
export function goOnMap({ voice, talking, redraw }: RoomContext, place: Place | null): void {
  // The place is shared while the map is on; a place that is not shared goes to the server only.
  voice.placeShared = place !== null;
  voice.place = place;
  talking.comeFromMyPlace(place !== null);
  redraw();
}

/** A player on the map, including oneself. */
class Marker implements View<Player> {
  readonly node: HTMLButtonElement;
  readonly #context: RoomContext;
  readonly #plane: HTMLElement;
  #player: Player;

  constructor(player: Player, plane: HTMLElement, context: RoomContext) {
    this.#player = player;
    this.#plane = plane;
    this.#context = context;
    this.node = element(
      "button",
      {
        type: "button",
        class: player.isSelf ? "marker self" : "marker",
        // Drawn by the style sheet: it is no part of what is read out.
        "data-initial": initial(player.name),
        onkeydown: (event: KeyboardEvent) => this.#onKey(event),
        onpointerdown: (event: PointerEvent) => this.node.setPointerCapture(event.pointerId),
        onpointermove: (event: PointerEvent) => this.#onMove(event),
      },
      element("span", { class: "label" }),
    );
  }

  update(player: Player): void {
    this.#player = player;
    const mine = this.#context.voice.place;
    const place = this.#place;
    if (place === null || mine === null) return;
    const { left, top } = toShares(place);
    measure(this.node, "--left", left);
    measure(this.node, "--top", top);
    const name = player.isSelf ? WORDS.map.you : player.name;
    if (this.node.lastElementChild) say(this.node.lastElementChild, inText(name));
    mark(this.node, "aria-label", WORDS.map.label(name, relation(player.isSelf ? { x: 0, y: 0, z: 0 } : mine, place)));
    mark(this.node, "data-fixed", player.isPlaced && !player.isSelf);
  }

  drawLevel(): void {
    const { isHeard, level } = liveLevel(this.#player, this.#context);
    measure(this.node, "--level", level);
    mark(this.node, "data-speaking", isHeard);
  }

  get #place(): Place | null {
    return this.#player.isSelf ? this.#context.voice.place : this.#player.place;
  }

  #move(place: Place | null): void {
    if (this.#player.isSelf) this.#context.voice.place = place ?? this.#context.voice.place;
    else if (!this.#player.isPlaced) this.#player.place = place;
    this.#context.redraw();
  }

  #onKey(event: KeyboardEvent): void {
    const place = this.#place;
    if (event.key === "Delete" || event.key === "Backspace") this.#move(null);
    const next = place && stepped(place, event.key, event.shiftKey);
    if (!next) return;
    event.preventDefault();
    this.#move(next);
  }

  #onMove(event: PointerEvent): void {
    if (!this.node.hasPointerCapture(event.pointerId)) return;
    const { left, top, width, height } = this.#plane.getBoundingClientRect();
    this.#move(fromShares((event.clientX - left) / width, (event.clientY - top) / height));
  }
}
