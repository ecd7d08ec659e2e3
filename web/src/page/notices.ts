// The room's notices: one quiet line each, which a screen reader reads once.

import { element, icon, type Child } from "./dom.ts";
import { ICONS } from "./icons.ts";
import { WORDS } from "./words.ts";

export interface Notice {
  /** Only one notice of a kind is shown at a time. */
  kind: string;
  words: string;
  isTrouble?: boolean;
  /** Stays until its cause is over or the user closes it. */
  lasts?: boolean;
  button?: { words: string; press: () => void };
}

export class Notices {
  readonly node = element("div", { class: "notices", role: "status" });
  readonly #shown = new Map<string, HTMLElement>();

  show({ kind, words, isTrouble, lasts, button }: Notice): void {
    this.hide(kind);
    const more: Child[] = [
      button ? element("button", { type: "button", onclick: button.press }, button.words) : null,
      lasts
        ? null
        : element(
            "button",
            { type: "button", class: "quiet", "aria-label": WORDS.banner.dismiss, onclick: () => this.hide(kind) },
            icon(ICONS.close),
          ),
    ];
    const notice = element("div", { class: isTrouble ? "notice bad" : "notice" }, element("p", {}, words), ...more);
    this.#shown.set(kind, notice);
    this.node.append(notice);
    if (this.#shown.size > NOTICES_MAX) this.hide([...this.#shown.keys()][0] ?? "");
  }

  hide(kind: string): void {
    this.#shown.get(kind)?.remove();
    this.#shown.delete(kind);
  }
}

const NOTICES_MAX = 6;
