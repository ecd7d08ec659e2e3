// A card below a button in the header.

/** Opens and closes; while it is open, Escape or a press outside closes it. Calls `toggled` after each change. */
export function closeOutside(details: HTMLDetailsElement, toggled: () => void): void {
  let closing: AbortController | null = null;
  details.addEventListener("toggle", () => {
    toggled();
    closing?.abort();
    if (!details.open) return;
    closing = new AbortController();
    const close = (event: Event) => {
      const isElsewhere = event.target instanceof Node && !details.contains(event.target);
      if (event instanceof KeyboardEvent ? event.key === "Escape" : isElsewhere) details.open = false;
    };
    for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, close, { signal: closing.signal });
  });
}
