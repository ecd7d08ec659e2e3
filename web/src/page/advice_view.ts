// A view that explains a problem and how to solve it.

import { element, type Child } from "./dom.ts";
import type { Advice } from "./problem_words.ts";

/** The text, and below it a button if there is an action. */
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
