// How much of the window's height can be seen: less of it while a phone's keyboard is up.

import { mark } from "./dom.ts";

/** Tells the style sheets: `--visible` is the height, and `data-low` is there while that is too little for all of the room. */
export function watchVisibleHeight(): void {
  const { visualViewport, document } = window;
  if (!visualViewport) return;
  const tell = () => {
    // Who zooms in sees less, but the page has as much room as before.
    const height = visualViewport.height * visualViewport.scale;
    document.documentElement.style.setProperty("--visible", `${Math.round(height)}px`);
    mark(document.documentElement, "data-low", height < LOW_PX);
  };
  visualViewport.addEventListener("resize", tell);
  tell();
}

/** A phone's window is at least 550 px high without the keyboard, and at most 450 with it. */
const LOW_PX = 480;
