// The microphone before joining: permission, choice, level, a test, and help if it does not work.

import { VoiceProblem, type Microphone, type Output } from "../voice/index.ts";
import { adviceView } from "./advice_view.ts";
import { DevicePicker } from "./device_picker.ts";
import { element, say, show } from "./dom.ts";
import { drawLevels } from "./drawing.ts";
import type { VoiceLibrary } from "./join_view.ts";
import { LevelMeter } from "./level_meter.ts";
import { MicrophoneTest } from "./microphone_test.ts";
import { browserOf, isMicrophoneProblem, microphoneAdvice, type Advice } from "./problem_words.ts";
import { chooseRememberedOutput, withRememberedMicrophone } from "./remembered_devices.ts";
import type { Memory } from "./settings.ts";
import { WORDS } from "./words.ts";

export class MicrophoneCheck {
  readonly node: HTMLElement;
  readonly #library: VoiceLibrary;
  readonly #memory: Memory;
  readonly #joinWithout: () => void;
  readonly #place = element("div");
  readonly #start = element("button", { type: "button", onclick: () => void this.open() }, WORDS.check.start);
  readonly #state = element("span", { class: "note", role: "status" });
  #microphone: Microphone | null = null;
  #stopLevels = (): void => {};
  #test: MicrophoneTest | null = null;
  #isOpening = false;
  #isOver = false;

  /** `joinWithout` joins without a microphone, which a refusal offers. */
  constructor(library: VoiceLibrary, memory: Memory, joinWithout: () => void) {
    this.#library = library;
    this.#memory = memory;
    this.#joinWithout = joinWithout;
    this.node = element(
      "section",
      { class: "check" },
      element("h2", {}, WORDS.check.title),
      element("p", { class: "line" }, this.#start, this.#state),
      this.#place,
    );
    say(this.#state, WORDS.check.hint);
    if (!isSecureContext) this.explain("insecure");
  }

  /** The microphone, if it was opened. */
  get microphone(): Microphone | null {
    return this.#microphone;
  }

  /** From now on the caller closes the microphone. */
  release(): void {
    this.#isOver = true;
    this.#microphone = null;
    this.#stopLevels();
    this.#test?.stop();
  }

  async open(): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = this.#start.disabled = true;
    say(this.#state, WORDS.check.opening);
    try {
      const { echoCancellation, noiseSuppression, autoGainControl } = this.#memory.settings;
      const processing = { echoCancellation, noiseSuppression, autoGainControl };
      const microphone = await withRememberedMicrophone(this.#memory, (device) =>
        this.#library.openMicrophone({ ...processing, ...(device === null ? {} : { device }) }),
      );
      // The user may have joined before answering the prompt.
      if (this.#isOver) return microphone.close();
      this.#microphone = microphone;
      const output = await this.#library.openOutput();
      await chooseRememberedOutput(this.#memory, output);
      if (!this.#isOver) this.#showMicrophone(microphone, output);
    } catch (problem) {
      if (!(problem instanceof VoiceProblem)) throw problem;
      if (!this.explain(problem.code)) this.#advise({ title: problem.message, steps: [] }, true);
    } finally {
      say(this.#state, "");
      this.#isOpening = this.#start.disabled = false;
    }
  }

  /** Explains why the microphone is off. False if it cannot be explained. */
  explain(code: string): boolean {
    if (!isMicrophoneProblem(code)) return false;
    const advice = microphoneAdvice(code, browserOf(navigator.userAgent), location.host);
    this.#advise(advice, code !== "insecure" && code !== "no-webrtc");
    return true;
  }

  stop(): void {
    this.#microphone?.close();
    this.release();
  }

  #advise(advice: Advice, canRetry: boolean): void {
    const again = element("button", { type: "button", onclick: () => void this.open() }, WORDS.check.tryAgain);
    // On an insecure page the form's own button does it.
    const without = element("button", { type: "button", onclick: this.#joinWithout }, WORDS.join.withoutMicrophone);
    this.#place.replaceChildren(canRetry ? adviceView(advice, again, without) : adviceView(advice));
    show(this.#start.parentElement ?? this.#start, false);
  }

  #showMicrophone(microphone: Microphone, output: Output): void {
    microphone.threshold = this.#memory.settings.threshold;
    const meter = new LevelMeter(microphone.threshold, (threshold) => {
      microphone.threshold = threshold;
      this.#memory.change({ threshold });
    });
    const input = new DevicePicker(WORDS.devices.microphone, microphone, (id) =>
      this.#memory.change({ microphone: id || null }),
    );
    const speakers = output.canChoose
      ? new DevicePicker(WORDS.devices.output, output, (id) => this.#memory.change({ output: id || null })).node
      : null;
    this.#test = new MicrophoneTest(microphone, output);
    this.#place.replaceChildren(meter.node, input.node, speakers ?? "", this.#test.node);
    show(this.#start.parentElement ?? this.#start, false);
    this.#stopLevels = drawLevels(() => meter.draw(microphone.level, microphone.level >= microphone.threshold));
  }
}
