// The header of every screen.

import { element, icon, type Child } from "./dom.ts";
import type { Memory } from "./settings.ts";
import { themeButton } from "./theme.ts";
import { WORDS } from "./words.ts";

/** The brand and a heading, and on the right the buttons, the one for the theme last. */
export function pageHeader(memory: Memory, heading: HTMLElement, ...buttons: Child[]): HTMLElement {
  const brand = element("p", { class: "brand" }, icon(VOICES), WORDS.brand);
  return element(
    "header",
    {},
    element("div", { class: "title" }, brand, heading),
    element("div", { class: "buttons" }, ...buttons, themeButton(memory)),
  );
}

const VOICES = "M2 8v4M6 4.5v11M10 7.5v5M14 5.5v9M18 9v2";
