// A microphone test: records three seconds and plays them back.

import type { Microphone, Output } from "../voice/index.ts";
import { element, say } from "./dom.ts";
import { WORDS } from "./words.ts";

export class MicrophoneTest {
  readonly node: HTMLElement;
  readonly #button = element("button", { type: "button", onclick: () => void this.#run() }, WORDS.check.record);
  readonly #state = element("span", { class: "note", role: "status" });

  readonly #microphone: Pick<Microphone, "record">;
  readonly #output: Pick<Output, "play">;
  readonly #over = new AbortController();

  constructor(microphone: Pick<Microphone, "record">, output: Pick<Output, "play">) {
    this.#microphone = microphone;
    this.#output = output;
    this.node = element("div", { class: "line" }, this.#button, this.#state);
  }

  /** Stops recording and playing. */
  stop(): void {
    this.#over.abort();
  }

  async #run(): Promise<void> {
    this.#button.disabled = true;
    try {
      say(this.#state, WORDS.check.recording);
      const sound = await this.#microphone.record(RECORDED_SECONDS, this.#over.signal);
      say(this.#state, WORDS.check.playing);
      await this.#output.play(sound);
      say(this.#state, WORDS.check.recorded);
    } catch {
      say(this.#state, WORDS.check.failed);
    } finally {
      this.#button.disabled = false;
    }
  }
}

const RECORDED_SECONDS = 3;
