// Devices, volume, processing of the microphone's sound, and the push-to-talk key.

import { VoiceProblem, type Processing } from "../voice/index.ts";
import { DevicePicker } from "./device_picker.ts";
import { element, freshId, mark, say, show } from "./dom.ts";
import { MicrophoneTest } from "./microphone_test.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { microphoneWords } from "./problem_words.ts";
import { canKeepScreenOn } from "./screen_lock.ts";
import { canBeChosen, keyName } from "./talk_key.ts";
import { isTouchOnly } from "./touch_only.ts";
import { WORDS } from "./words.ts";

export class SoundPanel implements Panel {
  readonly node: HTMLElement;
  readonly #context: RoomContext;
  readonly #input: DevicePicker;
  readonly #output: DevicePicker;
  readonly #voiced: HTMLElement;
  readonly #volume: HTMLInputElement;
  readonly #deafen: HTMLInputElement;
  readonly #key: HTMLButtonElement;
  readonly #trouble = element("p", { class: "field-trouble", role: "alert", hidden: true });

  constructor(context: RoomContext) {
    this.#context = context;
    const { voice, memory } = context;
    this.#input = new DevicePicker(WORDS.devices.microphone, voice.microphone, (id) =>
      memory.change({ microphone: id || null }),
    );
    this.#output = new DevicePicker(WORDS.devices.output, voice.output, (id) => memory.change({ output: id || null }));
    show(this.#output.node, voice.output.canChoose);
    this.#volume = element("input", {
      id: freshId("volume"),
      type: "range",
      min: 0,
      max: 200,
      step: 5,
      value: Math.round(voice.output.volume * 100),
      oninput: () => this.#setVolume(),
    });
    this.#deafen = element("input", {
      type: "checkbox",
      role: "switch",
      onchange: () => {
        voice.output.deafened = this.#deafen.checked;
        context.redraw();
      },
    });
    this.#key = element("button", { type: "button", id: freshId("key"), onclick: () => this.#askKey() });
    this.#voiced = element("div", { class: "voiced" }, this.#input.node, ...this.#microphoneParts());
    this.node = element(
      "section",
      { class: "panel sound", "aria-labelledby": "sound-title" },
      element("h2", { id: "sound-title" }, WORDS.sections.sound),
      element(
        "div",
        { class: "card" },
        this.#output.node,
        voice.output.canChoose ? null : element("p", { class: "note" }, WORDS.devices.outputFixed),
        element(
          "div",
          { class: "field" },
          element("label", { for: this.#volume.id }, WORDS.sound.volume),
          this.#volume,
        ),
        element("label", { class: "switch" }, this.#deafen, element("span", {}, WORDS.sound.deafen)),
        this.#remembered(WORDS.sound.captions, "captions"),
        canKeepScreenOn() && isTouchOnly() ? this.#remembered(WORDS.sound.screenOn, "screenOn") : null,
        this.#voiced,
      ),
    );
  }

  update(): void {
    const { voice, memory, withMicrophone } = this.#context;
    show(this.#voiced, withMicrophone);
    this.#deafen.checked = voice.output.deafened;
    mark(this.#volume, "aria-valuetext", `${this.#volume.value} %`);
    if (!this.#key.dataset["asking"]) say(this.#key, WORDS.sound.keyButton(keyName(memory.settings.key)));
  }

  /** Devices were added or removed. */
  refreshDevices(): void {
    void this.#input.refresh();
    void this.#output.refresh();
  }

  #microphoneParts(): HTMLElement[] {
    const { voice, memory } = this.#context;
    const processing = (words: string, key: "echoCancellation" | "noiseSuppression" | "autoGainControl") => {
      const box = element("input", {
        type: "checkbox",
        role: "switch",
        onchange: () => {
          memory.change({ [key]: box.checked });
          void this.#process({ [key]: box.checked });
        },
      });
      box.checked = memory.settings[key];
      return element("label", { class: "switch" }, box, element("span", {}, words));
    };
    return [
      processing(WORDS.sound.echo, "echoCancellation"),
      processing(WORDS.sound.noise, "noiseSuppression"),
      processing(WORDS.sound.gain, "autoGainControl"),
      this.#trouble,
      element("div", { class: "field" }, element("label", { for: this.#key.id }, WORDS.sound.key), this.#key),
      element(
        "div",
        { class: "field" },
        element("span", { class: "label" }, WORDS.sound.test),
        new MicrophoneTest(voice.microphone, voice.output).node,
      ),
    ];
  }

  /** An open device stays as it is if it cannot be reopened. */
  async #process(processing: Processing): Promise<void> {
    const problem = await this.#context.voice.microphone.process(processing).catch((problem: unknown) => problem);
    const words = problem instanceof VoiceProblem ? microphoneWords(problem) : null;
    say(this.#trouble, words ?? "");
    show(this.#trouble, words !== null);
  }

  /** A switch whose state is all that it changes. */
  #remembered(words: string, key: "captions" | "screenOn"): HTMLElement {
    const { memory, redraw } = this.#context;
    const box = element("input", {
      type: "checkbox",
      role: "switch",
      onchange: () => {
        memory.change({ [key]: box.checked });
        redraw();
      },
    });
    box.checked = memory.settings[key];
    return element("label", { class: "switch" }, box, element("span", {}, words));
  }

  #setVolume(): void {
    const volume = this.#volume.valueAsNumber / 100;
    this.#context.voice.output.volume = volume;
    this.#context.memory.change({ volume });
    this.#context.redraw();
  }

  /** The next key becomes the push-to-talk key; Escape, or moving the focus, keeps the present one. */
  #askKey(): void {
    const stop = new AbortController();
    const end = () => {
      stop.abort();
      delete this.#key.dataset["asking"];
      this.#context.redraw();
    };
    this.#key.dataset["asking"] = "true";
    say(this.#key, WORDS.sound.keyAsking);
    addEventListener(
      "keydown",
      (event) => {
        // The room may have ended meanwhile.
        if (!this.#key.isConnected) return end();
        event.preventDefault();
        event.stopImmediatePropagation();
        if (canBeChosen(event.code)) this.#context.memory.change({ key: event.code });
        if (canBeChosen(event.code) || event.code === "Escape" || event.code === "Tab") end();
      },
      { signal: stop.signal, capture: true },
    );
    addEventListener("pointerdown", end, { signal: stop.signal });
  }
}
