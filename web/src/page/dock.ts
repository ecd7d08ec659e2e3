// The bar for the own voice: mute, push to talk, activation, and the meter.

import type { Activation } from "../voice/index.ts";
import { element, icon, mark, say, show } from "./dom.ts";
import { holdable } from "./hold.ts";
import { ICONS } from "./icons.ts";
import { LevelMeter } from "./level_meter.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { keyName } from "./talk_key.ts";
import { isTouchOnly } from "./touch_only.ts";
import { voiceStatus } from "./voice_status.ts";
import { WORDS } from "./words.ts";

export class Dock implements Panel {
  readonly node: HTMLElement;
  readonly #context: RoomContext;
  readonly #status = element("p", { class: "status" });
  readonly #mute: HTMLButtonElement;
  readonly #talk = element("button", { type: "button", class: "talk hold" });
  readonly #letGo: () => void;
  readonly #meter: LevelMeter;
  readonly #modes: HTMLInputElement[];
  readonly #open: HTMLButtonElement;
  /** Controls that need a microphone. */
  readonly #voiced: HTMLElement[];

  constructor(context: RoomContext) {
    this.#context = context;
    const { voice, memory, talking } = context;
    this.#mute = element("button", {
      type: "button",
      class: "mute",
      onclick: () => {
        voice.microphone.muted = !voice.microphone.muted;
        context.redraw();
      },
    });
    this.#open = element(
      "button",
      { type: "button", class: "main", onclick: () => void context.openMicrophone() },
      WORDS.dock.openMicrophone,
    );
    this.#letGo = holdable(this.#talk, (isHeld) => talking.hold("button", isHeld));
    this.#meter = new LevelMeter(memory.settings.threshold, (threshold) => {
      voice.microphone.threshold = threshold;
      memory.change({ threshold });
    });
    const modes = (Object.keys(WORDS.activations) as Activation[]).map((activation) => this.#mode(activation));
    this.#modes = modes.map(([input]) => input);
    const choice = element(
      "div",
      { class: "segments", role: "radiogroup", "aria-label": WORDS.dock.mode },
      ...modes.map(([, label]) => label),
    );
    this.node = element(
      "section",
      { class: "dock", "aria-label": WORDS.dock.label },
      this.#status,
      element("div", { class: "dock-buttons" }, this.#open, this.#mute, this.#talk),
      this.#meter.node,
      choice,
    );
    this.#voiced = [this.#mute, this.#meter.node, choice];
  }

  update(): void {
    const { voice, memory, talking, withMicrophone } = this.#context;
    const { intent } = talking;
    const { muted } = voice.microphone;
    const key = isTouchOnly() ? null : keyName(memory.settings.key);
    say(
      this.#status,
      withMicrophone
        ? voiceStatus(intent, { isMuted: muted, isConnected: voice.state === "connected", key })
        : WORDS.dock.noMicrophone,
    );
    this.#drawMute(muted);
    for (const part of this.#voiced) show(part, withMicrophone);
    // Browsers provide no microphone to an insecure page.
    show(this.#open, !withMicrophone && isSecureContext);
    show(this.#talk, withMicrophone && intent.activation === "push-to-talk");
    this.#talk.disabled = muted;
    // A button that is removed or disabled gets no event when the finger is lifted.
    if (muted || this.#talk.hidden) this.#letGo();
    say(this.#talk, intent.isHeld ? WORDS.dock.talking : WORDS.dock.hold(key));
    mark(this.#talk, "data-held", intent.isHeld);
    this.#meter.showThreshold(intent.activation === "voice");
    for (const mode of this.#modes) mode.checked = mode.value === intent.activation;
  }

  drawLevels(): void {
    const { voice } = this.#context;
    const { level, muted } = voice.microphone;
    const isOpen = voice.channels.list().some((channel) => channel.isOpen);
    this.#meter.draw(muted ? 0 : level, isOpen && !muted);
  }

  /** Elements are replaced only on a change: a pressed button must stay. */
  #drawMute(muted: boolean): void {
    if (this.#mute.hasChildNodes() && this.#mute.hasAttribute("data-on") === muted) return;
    const words = element("span", {}, muted ? WORDS.dock.unmute : WORDS.dock.mute);
    this.#mute.replaceChildren(icon(muted ? ICONS.microphoneOff : ICONS.microphone), words);
    mark(this.#mute, "data-on", muted);
  }

  #mode(activation: Activation): [HTMLInputElement, HTMLElement] {
    const { talking, memory } = this.#context;
    const input = element("input", {
      type: "radio",
      name: "activation",
      value: activation,
      onchange: () => {
        memory.change({ activation });
        talking.activateBy(activation);
      },
    });
    const label = element(
      "label",
      { title: WORDS.activationHints[activation] },
      input,
      element("span", {}, WORDS.activations[activation]),
    );
    return [input, label];
  }
}
