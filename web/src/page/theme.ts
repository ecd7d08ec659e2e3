// Light or dark: the system's theme, or the chosen one.

import type { Theme } from "./settings.ts";
import { element, icon, mark } from "./dom.ts";
import { ICONS } from "./icons.ts";
import { WORDS } from "./words.ts";
import type { Memory } from "./settings.ts";

/** Applies a theme to the page. */
export function applyTheme(theme: Theme): void {
  mark(document.documentElement, "data-theme", theme === "system" ? false : theme);
}

/** A button that cycles through the three themes. */
export function themeButton(memory: Memory): HTMLButtonElement {
  const draw = () => {
    const { theme } = memory.settings;
    button.replaceChildren(icon(theme === "system" ? ICONS.system : theme === "light" ? ICONS.sun : ICONS.moon));
    const label = WORDS.actions.theme(WORDS.themes[theme]);
    mark(button, "aria-label", label);
    mark(button, "title", label);
  };
  const button = element("button", {
    type: "button",
    class: "quiet",
    onclick: () => {
      memory.change({ theme: NEXT[memory.settings.theme] });
      applyTheme(memory.settings.theme);
      draw();
    },
  });
  draw();
  return button;
}

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
