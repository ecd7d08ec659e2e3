// The page's audio context, shared by microphones and loudspeakers, and the gesture that browsers require before
// they play sound.

import { Emitter } from "./emitter.ts";
import { OutputDevice } from "./output.ts";
import { VoiceProblem } from "./problem.ts";

/** Created once per page, as browsers limit the number of audio contexts. */
export class Sound {
  readonly context: AudioContext;
  readonly output: OutputDevice;
  /** Called whenever the need for a gesture changes. */
  readonly events = new Emitter<{ gesture: boolean }>();
  private readonly worklets = new Map<string, Promise<void>>();

  constructor() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.output = new OutputDevice(this.context);
    this.context.addEventListener("statechange", () => this.onStateChange());
    // A phone call suspends it, and not every browser resumes it.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.needsGesture) void this.resume().catch(() => {});
    });
    this.awaitGesture();
  }

  get needsGesture(): boolean {
    return this.context.state !== "running";
  }

  /** Starts sound, if the browser sees a user gesture. */
  async resume(): Promise<void> {
    await this.context.resume();
    await this.output.resume();
  }

  /** `assets` is the folder of `worklet.js`, with a trailing slash. Rejects with a `VoiceProblem`. */
  loadWorklet(assets: string): Promise<void> {
    const known = this.worklets.get(assets);
    if (known !== undefined) return known;
    const adding = this.context.audioWorklet.addModule(new URL("worklet.js", assets).href);
    const loading = adding.catch((cause: unknown) => {
      throw new VoiceProblem("no-worklet", `The file worklet.js could not be loaded from ${assets}.`, { retryInMs: 0, cause });
    });
    this.worklets.set(assets, loading);
    // A retry may succeed.
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
    // Some browsers need no gesture.
    void this.context.resume().catch(() => {});
  }
}

export function sharedSound(): Sound {
  shared ??= new Sound();
  return shared;
}

let shared: Sound | undefined;

/** HTML, 6.4.1: events that count as user activation. */
const GESTURES = ["keydown", "pointerdown", "pointerup", "touchend"] as const;
