// The microphone's level, with the threshold of voice activation.

import { element, freshId, mark, measure, show } from "./dom.ts";
import { WORDS } from "./words.ts";

export class LevelMeter {
  readonly node: HTMLElement;
  readonly #bar = element("span", { class: "bar" });
  readonly #threshold: HTMLInputElement;

  /** Levels and the threshold are 0…1. Without `onThreshold` there is no mark. */
  constructor(threshold: number, onThreshold: ((threshold: number) => void) | null) {
    const id = freshId("threshold");
    this.#threshold = element("input", {
      id,
      type: "range",
      min: 0,
      max: 100,
      step: 1,
      value: Math.round(threshold * 100),
      "aria-label": WORDS.dock.threshold,
      oninput: () => {
        this.#say();
        onThreshold?.(this.#threshold.valueAsNumber / 100);
      },
    });
    this.node = element(
      "div",
      { class: "meter", role: "group", "aria-label": WORDS.check.level },
      this.#bar,
      onThreshold && this.#threshold,
    );
    this.#say();
  }

  /** The mark is shown only while voice activation is on. */
  showThreshold(isShown: boolean): void {
    show(this.#threshold, isShown);
  }

  draw(level: number, isOpen: boolean): void {
    measure(this.#bar, "--level", level);
    mark(this.node, "data-open", isOpen);
  }

  #say(): void {
    mark(this.#threshold, "aria-valuetext", this.#threshold.value + " %");
    measure(this.node, "--threshold", this.#threshold.valueAsNumber / 100);
  }
}
