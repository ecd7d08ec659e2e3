// When a link is opened, probed, restarted and replaced: decisions only, with the time as
// an argument.

import type { Backoff } from "./backoff.ts";

/** The next action. Its result is reported with the `on…` method that it names. */
export type Action =
  /** Open another link: `onOpened`, `onFailed`. */
  | "open"
  /** Restart ICE on the link: `onRestarted`. */
  | "restart"
  /** Send a ping: `onHeard`. */
  | "ping"
  /** Close the link, which is dead. */
  | "drop";

type Stage =
  | { readonly name: "opening" }
  | { readonly name: "open"; pingAt: number; heardAt: number; restartUntil: number | null }
  | { readonly name: "waiting"; until: number }
  | { readonly name: "over" };

/** All times are ms of one monotonic clock, such as `performance.now()`. */
export class Reconnection {
  private stage: Stage = { name: "opening" };
  private readonly actions: Action[] = ["open"];
  private readonly backoff: Backoff;

  constructor(backoff: Backoff) {
    this.backoff = backoff;
  }

  poll(): Action | undefined {
    return this.actions.shift();
  }

  /** When `onTime` is to be called; null if nothing is scheduled. */
  get wakeAt(): number | null {
    switch (this.stage.name) {
      case "open":
        return Math.min(this.stage.pingAt, this.stage.restartUntil ?? Infinity);
      case "waiting":
        return this.stage.until;
      default:
        return null;
    }
  }

  get retryInMs(): ((now: number) => number) | null {
    const stage = this.stage;
    return stage.name === "waiting" ? (now) => Math.max(0, stage.until - now) : null;
  }

  onOpened(now: number): void {
    if (this.stage.name !== "opening") return;
    this.stage = { name: "open", pingAt: now + PING_EVERY_MS, heardAt: now, restartUntil: null };
  }

  /** The session is joined: the back-off starts again. */
  onJoined(): void {
    this.backoff.reset();
  }

  /** The link could not be opened; `retryInMs` is the delay that the server requested, if any. */
  onFailed(now: number, retryInMs: number | null): void {
    if (this.stage.name === "opening") this.wait(now, retryInMs);
  }

  onHeard(now: number): void {
    if (this.stage.name === "open") this.stage.heardAt = now;
  }

  /** The link is lost, or the server has ended it with a cause that allows a retry. */
  onLost(now: number, retryInMs: number | null): void {
    if (this.stage.name !== "open") return;
    this.actions.push("drop");
    this.wait(now, retryInMs);
  }

  /** The network has changed or voice does not get through; the link may survive on another path. */
  onTrouble(now: number): void {
    if (this.stage.name === "waiting") {
      this.stage.until = now;
    } else if (this.stage.name === "open" && this.stage.restartUntil === null) {
      this.stage.restartUntil = now + RESTART_MS;
      this.actions.push("restart");
    }
  }

  /** Whether the link has found another path. */
  onRestarted(now: number, succeeded: boolean): void {
    if (this.stage.name !== "open" || this.stage.restartUntil === null) return;
    this.stage.restartUntil = null;
    if (!succeeded) this.replace();
    else this.stage.heardAt = now;
  }

  onTime(now: number): void {
    if (this.stage.name === "waiting" && now >= this.stage.until) {
      this.open();
    } else if (this.stage.name === "open") {
      this.onTimeOpen(now, this.stage);
    }
  }

  /** Final. */
  onOver(): void {
    this.actions.length = 0;
    if (this.stage.name === "open") this.actions.push("drop");
    this.stage = { name: "over" };
  }

  private onTimeOpen(now: number, stage: Extract<Stage, { name: "open" }>): void {
    if (stage.restartUntil !== null && now >= stage.restartUntil) {
      this.replace();
      return;
    }
    if (now < stage.pingAt) return;
    // Nothing could be received while the computer slept, or the page was frozen.
    if (now - stage.pingAt > PING_EVERY_MS) stage.heardAt = Math.max(stage.heardAt, now - AWAKE_MS);
    if (now - stage.heardAt >= SILENCE_MS) {
      this.replace();
      return;
    }
    stage.pingAt = now + PING_EVERY_MS;
    this.actions.push("ping");
  }

  /** Another link at once, as there was one until now. */
  private replace(): void {
    this.actions.push("drop");
    this.open();
  }

  private open(): void {
    this.stage = { name: "opening" };
    this.actions.push("open");
  }

  private wait(now: number, retryInMs: number | null): void {
    this.stage = { name: "waiting", until: now + Math.max(this.backoff.next(), retryInMs ?? 0) };
  }
}

/** docs/browser/control.md: a ping every 2 s, and after 6 s without any message the link is lost. */
const PING_EVERY_MS = 2000;
const SILENCE_MS = 6000;
/** After a sleep there are two seconds left to answer. */
const AWAKE_MS = SILENCE_MS - PING_EVERY_MS;
/** A restart that has not succeeded by then has failed. */
const RESTART_MS = 4000;
