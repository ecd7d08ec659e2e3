// Reports this page's place to the server, at a limited rate.

import type { Place } from "./api.ts";
import type { FromPage } from "./control.ts";
import { Wake } from "./wake.ts";

export class PlaceReporter {
  private readonly say: (message: FromPage) => void;
  private readonly wake = new Wake(() => this.report());
  private current: Place | null = null;
  private shared = false;
  private worldName = "";
  private reportedAt = -Infinity;

  constructor(say: (message: FromPage) => void) {
    this.say = say;
  }

  get place(): Place | null {
    return this.current;
  }

  set place(place: Place | null) {
    this.current = place;
    this.wake.at(place === null ? null : this.reportedAt + REPORT_EVERY_MS);
  }

  get isShared(): boolean {
    return this.shared;
  }

  set isShared(shared: boolean) {
    this.shared = shared;
    this.repeat();
  }

  get world(): string {
    return this.worldName;
  }

  set world(name: string) {
    if (new TextEncoder().encode(name).length > WORLD_BYTES_MAX) {
      throw new RangeError(`the name of a world has at most ${WORLD_BYTES_MAX} bytes`);
    }
    if (name === this.worldName) return;
    this.worldName = name;
    this.repeat();
  }

  /** The server may no longer know it. */
  repeat(): void {
    if (this.current !== null) this.report();
  }

  private report(): void {
    if (this.current === null) return;
    const { x, y, z } = this.current;
    this.reportedAt = performance.now();
    const world = this.worldName === "" ? {} : { world: this.worldName };
    this.say({ type: "place", x, y, z, ...(this.shared ? { shared: true } : {}), ...world });
  }
}

/** docs/browser/control.md. */
const REPORT_EVERY_MS = 100;
const WORLD_BYTES_MAX = 256;
