// The push-to-talk key.

/** The target of a key press. */
export interface KeyAim {
  /** The focused element's tag, in capitals; its `type` if it is an input. */
  tag: string;
  type: string;
  isEditable: boolean;
  /** Whether the keyboard moved the focus there, not a mouse or a finger. */
  isReached: boolean;
}

/** Whether a key talks, or belongs to the focused element: typing into a field, or operating a control by the keyboard. */
export function talksWith(code: string, { tag, type, isEditable, isReached }: KeyAim): boolean {
  if (isEditable || tag === "TEXTAREA" || (tag === "INPUT" && !WITHOUT_TEXT.has(type))) return false;
  // A list keeps the focus after a choice with the mouse.
  if (tag === "SELECT" && isReached) return false;
  const isPressed = tag === "BUTTON" || tag === "A" || tag === "SUMMARY" || type === "checkbox" || type === "radio";
  if (isPressed && (code === "Space" || code === "Enter" || code === "NumpadEnter")) return false;
  const isMoved = tag === "INPUT" || tag === "BUTTON";
  return !(isMoved && MOVING.has(code)) && code !== "Tab" && code !== "Escape";
}

/** Whether a key can be chosen: one that the page and the system do not need. */
export function canBeChosen(code: string): boolean {
  return (
    code !== "" &&
    code !== "Tab" &&
    code !== "Escape" &&
    code !== "Enter" &&
    code !== "NumpadEnter" &&
    !code.startsWith("Meta") &&
    !code.startsWith("OS")
  );
}

/** A key's display name: `KeyV` is V, `ControlLeft` is Left Ctrl. */
export function keyName(code: string): string {
  const letter = /^(?:Key|Digit)(.)$/.exec(code);
  if (letter?.[1]) return letter[1];
  const sided = /^(Shift|Control|Alt)(Left|Right)$/.exec(code);
  if (sided?.[1] && sided[2]) return `${sided[2]} ${sided[1].replace("Control", "Ctrl")}`;
  return NAMES[code] ?? code.replace(/([a-z])([A-Z0-9])/g, "$1 $2");
}

/**
 * Calls `hold` when the key goes down and up, and up also when the page is left. `code` returns the present key, null for none. Returns a
 * function that unsubscribes.
 */
export function watchTalkKey(code: () => string | null, hold: (isHeld: boolean) => void): () => void {
  const stop = new AbortController();
  let held: string | null = null;
  /** Where the mouse or a finger was last, unless the keyboard has moved on; `:focus-visible` reports lists as keyboard-focused. */
  let pointed: EventTarget | null = null;
  const letGo = () => {
    if (held !== null) hold(false);
    held = null;
  };
  const onDown = (event: KeyboardEvent) => {
    if (event.code === "Tab") pointed = null;
    const isShortcut = (event.ctrlKey && !event.code.startsWith("Control")) || event.metaKey;
    if (event.code !== code() || isShortcut || !talksWith(event.code, aim(event, event.target !== pointed))) return;
    event.preventDefault();
    if (held !== null) return;
    held = event.code;
    hold(true);
  };
  const listen = { signal: stop.signal };
  addEventListener("pointerdown", ({ target }) => (pointed = target), { ...listen, capture: true });
  addEventListener("keydown", onDown, listen);
  addEventListener("keyup", (event) => (event.code === held ? letGo() : undefined), listen);
  addEventListener("blur", letGo, listen);
  document.addEventListener("visibilitychange", () => (document.hidden ? letGo() : undefined), listen);
  return () => {
    letGo();
    stop.abort();
  };
}

const WITHOUT_TEXT = new Set(["range", "checkbox", "radio", "button", "submit"]);
const MOVING = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);
const NAMES: Record<string, string> = {
  Backquote: "` (left of 1)",
  CapsLock: "Caps Lock",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

function aim({ target }: KeyboardEvent, isReached: boolean): KeyAim {
  if (!(target instanceof HTMLElement)) return { tag: "", type: "", isEditable: false, isReached };
  return {
    tag: target.tagName,
    type: target instanceof HTMLInputElement ? target.type : "",
    isEditable: target.isContentEditable,
    isReached,
  };
}
