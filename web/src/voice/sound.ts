// The page's sound: one audio context for microphones and loudspeakers, and the gesture that browsers want before anything
// is heard.

import { Emitter } from "./emitter.ts";
import { OutputDevice } from "./output.ts";
import { VoiceProblem } from "./problem.ts";

/** Made once for a page, as browsers have few audio contexts to give. */
export class Sound {
  readonly context: AudioContext;
  readonly output: OutputDevice;
  /** Whether a gesture is needed, whenever that changes. */
  readonly events = new Emitter<{ gesture: boolean }>();
  private readonly worklets = new Map<string, Promise<void>>();

  constructor() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.output = new OutputDevice(this.context);
    this.context.addEventListener("statechange", () => this.onStateChange());
    // A phone call suspends it, and not every browser lets it go on by itself.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.needsGesture) void this.resume().catch(() => {});
    });
    this.awaitGesture();
  }

  get needsGesture(): boolean {
    return this.context.state !== "running";
  }

  /** Lets sound begin, if the browser thinks that somebody wants it. */
  async resume(): Promise<void> {
    await this.context.resume();
    await this.output.resume();
  }

  /** `assets` is the folder of `worklet.js`, with a slash at its end. Rejects with a `VoiceProblem`. */
  loadWorklet(assets: string): Promise<void> {
    const known = this.worklets.get(assets);
    if (known !== undefined) return known;
    const adding = this.context.audioWorklet.addModule(new URL("worklet.js", assets).href);
    const loading = adding.catch((cause: unknown) => {
      throw new VoiceProblem("no-server", "A part of the page could not be loaded.", { retryInMs: 0, cause });
    });
    this.worklets.set(assets, loading);
    // Another try may find it.
    loading.catch(() => this.worklets.delete(assets));
    return loading;
  }

  private onStateChange(): void {
    if (this.needsGesture) this.awaitGesture();
    this.events.emit("gesture", this.needsGesture);
  }

  private readonly onGesture = (): void => {
    if (this.needsGesture) void this.resume().catch(() => {});
    else for (const kind of GESTURES) document.removeEventListener(kind, this.onGesture, true);
  };

  private awaitGesture(): void {
    for (const kind of GESTURES) document.addEventListener(kind, this.onGesture, true);
    // Where the browser allows it, no gesture is needed at all.
    void this.context.resume().catch(() => {});
  }
}

export function sharedSound(): Sound {
  shared ??= new Sound();
  return shared;
}

let shared: Sound | undefined;

/** HTML, 6.4.1: what counts as somebody being there. */
const GESTURES = ["keydown", "pointerdown", "pointerup", "touchend"] as const;
