// One player in a room: name, speaking state, level, and actions.

import type { Player } from "../voice/index.ts";
import { element, freshId, icon, mark, measure, say, show, type View } from "./dom.ts";
import { holdable } from "./hold.ts";
import { ICONS } from "./icons.ts";
import { liveLevel } from "./live_level.ts";
import { initial, listed, nameElement } from "./names.ts";
import { reasonForSilence } from "./quality_words.ts";
import type { RoomContext } from "./room_context.ts";
import { withPlayer } from "./settings.ts";
import { WORDS } from "./words.ts";

export class PlayerRow implements View<Player> {
  readonly node: HTMLElement;
  readonly #context: RoomContext;
  readonly #state = element("span", { class: "state" });
  readonly #captionText = element("span", { dir: "auto" });
  readonly #captionBy = element("small");
  readonly #caption = element("p", { class: "caption", hidden: true }, this.#captionText, " ", this.#captionBy);
  readonly #silent = element("p", { class: "note", hidden: true });
  readonly #muteButton: HTMLButtonElement | null;
  readonly #whisper: HTMLButtonElement | null;
  #letGo = (): void => {};
  readonly #volume: HTMLInputElement | null;
  #player: Player;

  constructor(player: Player, context: RoomContext) {
    this.#player = player;
    this.#context = context;
    const { name } = player;
    const avatar = element("span", { class: "avatar", "aria-hidden": "true" }, initial(name));
    const names = element(
      "span",
      { class: "names" },
      element("span", { class: "name" }, nameElement(name), player.isSelf ? element("small", {}, ` (${WORDS.player.you})`) : null),
      this.#state,
    );
    const head = element("div", { class: "player-head" }, avatar, names);
    this.node = element("li", { class: "player" }, head, this.#caption);
    this.#muteButton = this.#whisper = this.#volume = null;
    if (player.isSelf) return;
    this.#volume = this.#makeVolume();
    this.#muteButton = element(
      "button",
      { type: "button", onclick: () => this.#set({ muted: !this.#player.muted }) },
      WORDS.dock.mute,
    );
    mark(this.#muteButton, "aria-label", WORDS.player.mute(name));
    const write = element(
      "button",
      { type: "button", "aria-label": WORDS.player.write(name), onclick: () => context.writeTo({ player: name }) },
      WORDS.player.writeShort,
    );
    const more = element(
      "div",
      { class: "player-more", id: freshId("more"), hidden: true },
      element("label", { class: "line" }, element("span", {}, WORDS.player.volumeShort), this.#volume),
      element("p", { class: "line" }, this.#muteButton, write),
      this.#silent,
    );
    this.#whisper = this.#makeWhisper();
    head.append(this.#whisper, this.#makeDisclosure(more));
    this.node.append(more);
  }

  update(player: Player): void {
    this.#player = player;
    const { name, muted, volume } = player;
    mark(this.node, "data-muted", muted);
    say(this.#state, describe(player));
    this.#showCaption();
    if (this.#whisper) this.#whisper.disabled = !this.#context.withMicrophone;
    if (this.#muteButton) mark(this.#muteButton, "aria-pressed", String(muted));
    if (this.#volume && document.activeElement !== this.#volume) this.#volume.value = String(Math.round(volume * 100));
    if (this.#volume) mark(this.#volume, "aria-valuetext", `${Math.round(volume * 100)} %`);
    const why = name === this.#context.voice.name ? null : reasonForSilence(player, this.#context.hearing());
    say(this.#silent, why ?? "");
    show(this.#silent, why !== null);
  }

  /** A removed button gets no event when the finger is lifted. */
  stop(): void {
    this.#letGo();
  }

  drawLevel(): void {
    const { isHeard, level } = liveLevel(this.#player, this.#context);
    mark(this.node, "data-speaking", isHeard);
    measure(this.node, "--level", level);
  }

  /** Only while the switch is on. */
  #showCaption(): void {
    const { captions, memory } = this.#context;
    const caption = memory.settings.captions ? captions.of(this.#player.name) : null;
    say(this.#captionText, caption?.text ?? "");
    say(this.#captionBy, caption ? WORDS.player.captionBy(caption.by) : "");
    show(this.#caption, caption !== null);
  }

  #makeVolume(): HTMLInputElement {
    return element("input", {
      type: "range",
      min: 0,
      max: 200,
      step: 5,
      "aria-label": WORDS.player.volume(this.#player.name),
      oninput: (event: InputEvent) => this.#set({ volume: (event.target as HTMLInputElement).valueAsNumber / 100 }),
    });
  }

  #makeWhisper(): HTMLButtonElement {
    const { name } = this.#player;
    const label = WORDS.player.whisperTo(name);
    const button = element(
      "button",
      {
        type: "button",
        class: "quiet hold",
        "aria-label": label,
        title: label,
      },
      icon(ICONS.whisper),
      element("span", { class: "wide" }, WORDS.player.whisper),
    );
    this.#letGo = holdable(button, (isHeld) => {
      mark(button, "data-held", isHeld);
      this.#context.talking.whisper(isHeld ? name : null);
    });
    return button;
  }

  #makeDisclosure(more: HTMLElement): HTMLButtonElement {
    const label = WORDS.player.more(this.#player.name);
    const button = element(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": label,
        title: label,
        "aria-expanded": "false",
        "aria-controls": more.id,
      },
      icon(ICONS.more),
    );
    button.addEventListener("click", () => {
      show(more, more.hidden === true);
      mark(button, "aria-expanded", String(!more.hidden));
    });
    return button;
  }

  #set(part: { volume?: number; muted?: boolean }): void {
    const { memory, redraw } = this.#context;
    Object.assign(this.#player, part);
    const { name, volume, muted } = this.#player;
    memory.change({ players: withPlayer(memory.settings, name, { volume, muted }).players });
    redraw();
  }
}

/** The line below a name. */
export function describe({
  muted,
  speaking,
  to,
  isSelf,
}: Pick<Player, "muted" | "speaking" | "to" | "isSelf">): string {
  if (muted) return WORDS.player.muted;
  if (!speaking) return "";
  if (isSelf) return WORDS.player.speaking;
  const rooms = to.flatMap((target) => ("room" in target ? [target.room] : []));
  if (rooms.length === 0 && to.length > 0) return WORDS.player.toYou;
  return rooms.length > 0 ? WORDS.player.speaksTo(listed(rooms)) : WORDS.player.speaking;
}
