// The buttons in the header of the room.

import { element, icon, mark, say } from "./dom.ts";
import { ICONS } from "./icons.ts";
import { WORDS } from "./words.ts";

/** Copies the address, which names the session and the rooms; hidden in browsers that do not let pages copy. */
export function copyButton(): HTMLButtonElement {
  const words = element("span", { class: "wide", role: "status" }, WORDS.actions.copy);
  const copy = async () => {
    const isCopied = await navigator.clipboard.writeText(location.href).then(
      () => true,
      () => false,
    );
    say(words, isCopied ? WORDS.actions.copied : WORDS.actions.notCopied);
    setTimeout(() => say(words, WORDS.actions.copy), 2000);
  };
  const button = element(
    "button",
    { type: "button", onclick: copy, hidden: !navigator.clipboard },
    icon(ICONS.link),
    words,
  );
  mark(button, "aria-label", WORDS.actions.copy);
  return button;
}

export function leaveButton(leave: () => void): HTMLButtonElement {
  const words = element("span", { class: "wide" }, WORDS.actions.leave);
  const button = element("button", { type: "button", onclick: leave }, icon(ICONS.leave), words);
  mark(button, "aria-label", WORDS.actions.leave);
  return button;
}
