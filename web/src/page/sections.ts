// The parts of the room: side by side if the window is wide enough, and otherwise one at a time, with tabs.

import { element, mark, say } from "./dom.ts";
import type { Panel } from "./room_context.ts";
import { WORDS } from "./words.ts";

export type Section = keyof typeof WORDS.sections;

export class Sections {
  readonly tabs: HTMLElement;
  readonly main: HTMLElement;
  readonly #buttons: Map<Section, HTMLButtonElement>;
  readonly #changed: () => void;
  #chosen: Section = "people";

  constructor(panels: Record<Section, Panel>, changed: () => void) {
    this.#changed = changed;
    const side = element("div", { class: "side" }, panels.map.node, panels.sound.node);
    this.main = element("main", { class: "panels" }, panels.people.node, panels.chat.node, side);
    this.#buttons = new Map(ALL.map((section) => [section, this.#tab(section)]));
    this.tabs = element("nav", { "aria-label": WORDS.sectionsTitle }, ...this.#buttons.values());
    this.choose("people");
  }

  /** Whether a section is visible. */
  isSeen(section: Section): boolean {
    return !document.hidden && (this.#chosen === section || matchMedia(WIDE).matches);
  }

  choose(section: Section): void {
    this.#chosen = section;
    mark(this.main, "data-shown", section);
    for (const [name, button] of this.#buttons) mark(button, "aria-current", name === section ? "true" : false);
    this.#changed();
  }

  /** Shows a number at a section's tab; none for 0. */
  count(section: Section, count: number): void {
    const badge = this.#buttons.get(section)?.lastElementChild;
    if (badge) say(badge, count ? String(count) : "");
  }

  #tab(section: Section): HTMLButtonElement {
    const badge = element("span", { class: "badge" });
    return element("button", { type: "button", onclick: () => this.choose(section) }, WORDS.sections[section], badge);
  }
}

const ALL: readonly Section[] = ["people", "chat", "map", "sound"];
/** The width at which all sections are visible: as in the style sheet. */
const WIDE = "(min-width: 900px)";
