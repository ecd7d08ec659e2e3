// A button that acts while it is held: by mouse, finger or key.

/**
 * Calls `hold` when the button goes down and up: up when the last finger is lifted, wherever it is by then, and at once when the page is
 * left or hidden, since the browser may not report that finger any more. Assistive technology that can only click presses with one click
 * and releases with the next. Returns a function that releases the button, for one that is about to be disabled.
 */
export function holdable(button: HTMLButtonElement, hold: (isHeld: boolean) => void): () => void {
  const holders = new Set<Holder>();
  let leaving: AbortController | null = null;
  const update = () => {
    const isHeld = holders.size > 0;
    if (isHeld === (leaving !== null)) return;
    leaving?.abort();
    leaving = isHeld ? whenLeft(letGo) : null;
    hold(isHeld);
  };
  const take = (holder: Holder) => {
    holders.add(holder);
    update();
  };
  const leave = (holder: Holder) => {
    holders.delete(holder);
    update();
  };
  const letGo = () => {
    holders.clear();
    update();
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    take(event.pointerId);
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"] as const)
    button.addEventListener(type, ({ pointerId }) => leave(pointerId));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (!PRESSING.has(event.code)) return;
    event.preventDefault();
    if (!event.repeat) take("key");
  });
  button.addEventListener("keyup", ({ code }) => {
    if (PRESSING.has(code)) leave("key");
  });
  button.addEventListener("click", ({ detail }) => {
    if (detail !== 0) return;
    if (holders.has("click")) leave("click");
    else take("click");
  });
  button.addEventListener("blur", () => {
    leave("key");
    leave("click");
  });
  return letGo;
}

/** Tracks each finger by its pointer's id. */
type Holder = number | "key" | "click";

/** Calls `then` when the window loses the focus or is hidden, until it is aborted. */
function whenLeft(then: () => void): AbortController {
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener("blur", then, { signal });
  document.addEventListener("visibilitychange", () => (document.hidden ? then() : undefined), { signal });
  return stop;
}

const PRESSING = new Set(["Space", "Enter", "NumpadEnter"]);
