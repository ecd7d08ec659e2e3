// A problem explained: what is the matter, and what to do.

import { element, type Child } from "./dom.ts";
import type { Advice } from "./problem_words.ts";

/** The words, and below them what can be done with a button. */
export function adviceView({ title, steps }: Advice, ...buttons: Child[]): HTMLElement {
  const list = steps.length ? element("ul", {}, ...steps.map((step) => element("li", {}, step))) : null;
  return element(
    "div",
    { class: "advice", role: "alert" },
    element("p", { class: "strong" }, title),
    list,
    buttons.length ? element("p", { class: "line" }, ...buttons) : null,
  );
}
