// A button that does something for as long as it is held: by mouse, finger or key.

/**
 * Calls `hold` as the button goes down and comes up again; it comes up, too, when the focus or the page is left. Assistive technology that
 * can only click holds with one click and lets go with the next.
 */
export function holdable(button: HTMLButtonElement, hold: (isHeld: boolean) => void): void {
  let isHeld = false;
  const set = (next: boolean) => {
    if (next !== isHeld) {
      isHeld = next;
      hold(next);
    }
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    set(true);
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture", "blur"])
    button.addEventListener(type, () => set(false));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (!PRESSING.has(event.code)) return;
    event.preventDefault();
    if (!event.repeat) set(true);
  });
  button.addEventListener("keyup", (event) => {
    if (PRESSING.has(event.code)) set(false);
  });
  button.addEventListener("click", (event) => {
    if (event.detail === 0) set(!isHeld);
  });
}

const PRESSING = new Set(["Space", "Enter", "NumpadEnter"]);
