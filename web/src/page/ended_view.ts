// The end screen: why the session ended, and how to rejoin.

import type { Screen } from "./app.ts";
import { element } from "./dom.ts";
import { pageHeader } from "./page_header.ts";
import type { Memory } from "./settings.ts";
import { WORDS } from "./words.ts";

/** Why a session ended. */
export interface Ending {
  /** The library's code for the cause; `left` is the user's own wish. */
  cause: string;
  /** The server's text; may be empty. */
  message: string;
  /** The page is being unloaded, possibly for a reload. */
  isUnloading: boolean;
}

export class EndedView implements Screen {
  readonly node: HTMLElement;
  readonly first: HTMLElement;

  constructor(
    { cause, message }: Ending,
    { memory, again, change }: { memory: Memory; again: () => void; change: () => void },
  ) {
    const { titles, hints } = WORDS.ended;
    const title = (Object.hasOwn(titles, cause) ? titles[cause] : titles["other"]) ?? "";
    const hint = Object.hasOwn(hints, cause) ? (hints[cause] ?? null) : null;
    this.first = element("h1", { tabindex: -1 }, title);
    this.node = element(
      "div",
      { class: "narrow" },
      pageHeader(memory, this.first),
      element(
        "main",
        { class: "card" },
        message && cause !== "left" ? element("p", { class: "strong" }, message) : null,
        hint && element("p", { class: "note" }, hint),
        element(
          "p",
          { class: "line" },
          element("button", { type: "button", class: "main", onclick: again }, WORDS.ended.again),
          element("button", { type: "button", onclick: change }, WORDS.ended.elsewhere),
        ),
      ),
    );
  }

  stop(): void {}
}
