// The visible height of the window, which a phone's keyboard reduces.

import { mark } from "./dom.ts";

/** Updates the style sheets: `--visible` is the height, and `data-low` is set while that is too little for all of the room. */
export function watchVisibleHeight(): void {
  const { visualViewport, document } = window;
  if (!visualViewport) return;
  const update = () => {
    // Zooming in reduces it too, but not the page's layout.
    const height = visualViewport.height * visualViewport.scale;
    document.documentElement.style.setProperty("--visible", `${Math.round(height)}px`);
    mark(document.documentElement, "data-low", height < LOW_PX);
  };
  visualViewport.addEventListener("resize", update);
  update();
}

/** A phone's window is at least 550 px high without the keyboard, and at most 450 with it. */
const LOW_PX = 480;
