// Keeps a link up: opens, probes, restarts and replaces it, as `Reconnection` decides.

import type { Info, Transport } from "./api.ts";
import { Backoff } from "./backoff.ts";
import type { Beginning } from "./beginning.ts";
import type { Cause, FromPage, RefusalCode, ToPage } from "./control.ts";
import { readMessage } from "./control_reader.ts";
import { Encryption, canEncrypt } from "./encryption.ts";
import type { EncryptionEvent, EncryptionStatus } from "./encryption_api.ts";
import { NOT_ENCRYPTED } from "./encryption_status.ts";
import type { Join, Link, LinkStatistics } from "./link.ts";
import { NETWORK } from "./network.ts";
import { type ProblemCode, VoiceProblem } from "./problem.ts";
import { type Action, Reconnection } from "./reconnection.ts";
import { RouteChoice, openLink } from "./routes.ts";
import { fetchInfo } from "./signalling.ts";
import { Wake } from "./wake.ts";

export interface ConnectionEvents {
  message(message: ToPage): void;
  attached(link: Link): void;
  /** The link is lost; the next attempt is in so many ms, null if at once. */
  detached(retryInMs: number | null): void;
  /** The link could not be opened, or the server has closed it. It is retried unless `end` is called. */
  failed(problem: VoiceProblem): void;
  measured(statistics: Measurement): void;
  encryptionChanged(): void;
  encryptionEvent(event: EncryptionEvent): void;
}

export interface Measurement {
  readonly roundTripMs: number | null;
  readonly delayMs: number | null;
  readonly lostDownPercent: number | null;
  readonly transport: Transport | null;
}

export class Connection {
  private readonly beginning: Beginning;
  private readonly events: ConnectionEvents;
  private readonly reconnection = new Reconnection(new Backoff(Math.random));
  private readonly choice: RouteChoice;
  private readonly wake = new Wake(() => this.onTime());
  private readonly over = new AbortController();
  private readonly stopNetwork: () => void;
  private readonly measuring: ReturnType<typeof setInterval>;
  private link: Link | null = null;
  private isSending = false;
  private lastKey: string | null;
  private lastPlace: string | null;
  private lastPing = 0;
  private isUnloading = false;
  private encryption: Encryption | null = null;

  constructor(beginning: Beginning, events: ConnectionEvents) {
    this.beginning = beginning;
    this.events = events;
    const { key, place } = readKey(beginning.options.resume);
    this.lastKey = key;
    this.lastPlace = place;
    this.choice = new RouteChoice(beginning.options.transport);
    this.stopNetwork = NETWORK.watch({
      changed: () => this.onNetworkChange(),
      awake: () => this.onTime(),
    });
    this.measuring = setInterval(() => void this.measure(), MEASURE_EVERY_MS);
    // The owner is not ready for callbacks yet.
    queueMicrotask(() => this.act());
  }

  /** Of the last link that had one, and the place, for servers that do not know the key. */
  get key(): string | null {
    return this.lastKey === null || this.lastPlace === null ? this.lastKey : `${this.lastKey}.${this.lastPlace}`;
  }

  /** Whether the server keeps this player for a while after the link is lost. */
  get isKept(): boolean {
    return this.link !== null && this.link.key !== null;
  }

  get encryptionStatus(): EncryptionStatus {
    return this.encryption?.status ?? NOT_ENCRYPTED;
  }

  report(players: readonly string[], reason: string): boolean {
    this.encryption?.report(players, reason);
    return this.encryption !== null;
  }

  verifyMember(name: string): void {
    this.encryption?.verify(name);
  }

  say(message: FromPage): boolean {
    if (this.link === null) return false;
    return this.encryption?.intercept(message) === true || this.send(message);
  }

  setSending(on: boolean): void {
    if (on === this.isSending) return;
    this.isSending = on;
    this.link?.setSending(on);
  }

  /** Final; `isUnloading` means that the page is being unloaded and sends nothing more. */
  end(isUnloading: boolean): void {
    this.isUnloading = isUnloading;
    this.reconnection.onOver();
    this.over.abort();
    this.stopNetwork();
    clearInterval(this.measuring);
    this.act();
    this.wake.stop();
    this.encryption?.close();
  }

  private act(): void {
    for (let action = this.reconnection.poll(); action !== undefined; action = this.reconnection.poll()) {
      this.perform(action);
    }
    this.wake.at(this.reconnection.wakeAt);
  }

  private perform(action: Action): void {
    switch (action) {
      case "open":
        void this.open();
        return;
      case "restart":
        void this.restart();
        return;
      case "ping":
        this.lastPing += 1;
        this.say({ type: "ping", id: this.lastPing });
        return;
      case "drop":
        this.drop();
        return;
    }
  }

  private async open(): Promise<void> {
    const attempt = new Attempt((message) => this.onMessage(attempt, message));
    try {
      // Requested each time, as the TURN credentials in it expire.
      const info = await fetchInfo(this.beginning.url, this.over.signal);
      this.encryption ??= await this.openEncryption(info);
      const link = await openLink(this.choice, {
        info,
        encryption: this.encryption,
        context: this.beginning.sound.context,
        microphone: this.beginning.microphone.node,
        stereo: this.beginning.microphone.isStereo,
        url: this.beginning.url,
        assets: this.beginning.assets,
        join: await this.join(),
        slots: this.beginning.options.slots ?? NETWORK.slots(),
        signal: this.over.signal,
        events: {
          slow: () => this.beginning.options.onSlow?.(),
          message: (text) => attempt.onText(text),
          troubled: () => this.ifCurrent(attempt, (now) => this.reconnection.onTrouble(now)),
          lost: () => this.ifCurrent(attempt, (now) => this.reconnection.onLost(now, null)),
        },
      });
      this.onOpened(attempt, link);
    } catch (cause) {
      this.onFailed(asProblem(cause));
    }
    this.act();
  }

  private onOpened(attempt: Attempt, link: Link): void {
    if (this.over.signal.aborted) {
      // Without a farewell the server would keep the player for a resumption.
      if (!this.isUnloading) link.send(JSON.stringify(LEAVE));
      link.close(this.isUnloading);
      return;
    }
    attempt.link = link;
    this.link = link;
    this.lastKey = link.key ?? this.lastKey;
    link.setSending(this.isSending);
    this.reconnection.onOpened(performance.now());
    this.events.attached(link);
    attempt.begin();
  }

  private onFailed(problem: VoiceProblem): void {
    if (this.over.signal.aborted) return;
    this.events.failed(problem);
    this.reconnection.onFailed(performance.now(), problem.retryInMs);
    this.reportRetry();
  }

  private onMessage(attempt: Attempt, message: ToPage): void {
    if (attempt.link !== this.link || this.link === null) return;
    const now = performance.now();
    this.reconnection.onHeard(now);
    if (message.type === "joined") {
      this.lastPlace = message.place;
      this.reconnection.onJoined();
    }
    if (message.type === "refused") this.onEnded(refusalProblem(message));
    else if (message.type === "disconnected" && message.retryInMs === null) this.onDisconnected(message);
    else if (this.encryption?.take(message) !== true) this.events.message(message);
    this.act();
  }

  private onDisconnected(message: Extract<ToPage, { type: "disconnected" }>): void {
    const code = CODE_OF_CAUSE[message.cause];
    // A cause that is not about this player may pass soon.
    const retryInMs = code === "other" && message.cause !== "protocol" ? 0 : null;
    this.onEnded(new VoiceProblem(code, message.message, { retryInMs }));
  }

  private onEnded(problem: VoiceProblem): void {
    this.events.failed(problem);
    this.reconnection.onLost(performance.now(), problem.retryInMs);
  }

  private async restart(): Promise<void> {
    const link = this.link;
    const succeeded = (await link?.restart().catch(() => false)) ?? false;
    if (link !== this.link) return;
    this.reconnection.onRestarted(performance.now(), succeeded);
    this.act();
  }

  private drop(): void {
    this.link?.close(this.isUnloading);
    this.link = null;
    this.reportRetry();
  }

  private reportRetry(): void {
    if (!this.over.signal.aborted) this.events.detached(this.reconnection.retryInMs?.(performance.now()) ?? null);
  }

  private async measure(): Promise<void> {
    const link = this.link;
    const statistics = await link?.statistics().catch(() => undefined);
    if (link === null || link !== this.link || statistics === undefined) return;
    const { roundTripMs, delayMs, lostPercent } = statistics;
    this.events.measured({ roundTripMs, delayMs, lostDownPercent: lostPercent, transport: link.transport });
    this.reportStatistics(statistics);
  }

  private reportStatistics({ lostPercent, delayMs }: LinkStatistics): void {
    if (lostPercent === null) return;
    this.say({ type: "stats", lostPercent, delayMs: Math.max(0, delayMs ?? 0) });
  }

  private ifCurrent(attempt: Attempt, then: (now: number) => void): void {
    if (attempt.link === null || attempt.link !== this.link) return;
    then(performance.now());
    this.act();
  }

  private onNetworkChange(): void {
    this.choice.onNetworkChange();
    this.reconnection.onTrouble(performance.now());
    this.onTime();
  }

  private onTime(): void {
    this.reconnection.onTime(performance.now());
    this.act();
  }

  private send(message: FromPage): boolean {
    return this.link?.send(JSON.stringify(message)) ?? false;
  }

  /** Null if nothing is to be encrypted, or cannot be. */
  private async openEncryption(info: Info): Promise<Encryption | null> {
    const { name, encryption = {} } = this.beginning.options;
    const { mode = "offered", identityKey, ...member } = encryption;
    const strict = mode === "required";
    if (strict && !canEncrypt()) throw new VoiceProblem("encryption", "This browser cannot encrypt voice from end to end.");
    if (mode === "never" || !(info.encryption || strict) || !canEncrypt()) return null;
    const key = identityKey === undefined ? {} : { key: identityKey };
    const settings = { ...member, name, strict, ...key };
    return Encryption.open(this.beginning.assets, settings, {
      send: (message) => this.send(message),
      message: (message) => this.events.message(message),
      changed: () => this.events.encryptionChanged(),
      event: (event) => this.events.encryptionEvent(event),
    });
  }

  private async join(): Promise<Join> {
    const { session, name, token, password } = this.beginning.options;
    return {
      session,
      name,
      ...(token === undefined ? {} : { token: typeof token === "string" ? token : await token() }),
      ...(password === undefined ? {} : { password }),
      ...(this.lastKey === null ? {} : { resume: this.lastKey }),
      ...(this.lastPlace === null ? {} : { place: this.lastPlace }),
    };
  }
}

/** One link that is being opened; its messages are queued until it is in use. */
class Attempt {
  link: Link | null = null;
  private early: ToPage[] | null = [];
  private readonly handler: (message: ToPage) => void;

  constructor(handler: (message: ToPage) => void) {
    this.handler = handler;
  }

  onText(text: string): void {
    const message = readMessage(text);
    if (message === undefined) return;
    if (this.early === null) this.handler(message);
    else if (this.early.length < EARLY_MAX) this.early.push(message);
  }

  /** The promise of `joined` is resolved before further messages are handled, so that its caller can add handlers first. */
  begin(): void {
    const early = this.early ?? [];
    for (let message = early.shift(); message !== undefined; message = early.shift()) {
      this.handler(message);
      if (message.type === "joined" && early.length > 0) {
        setTimeout(() => this.begin(), 0);
        return;
      }
    }
    this.early = null;
  }
}

/** A final cause. */
export const LEAVE: FromPage = { type: "leave" };

/** The parts of a `key`. */
function readKey(text: string | undefined): { key: string | null; place: string | null } {
  const [key = null, place = null] = text?.split(".") ?? [];
  return { key, place };
}

function asProblem(cause: unknown): VoiceProblem {
  if (cause instanceof VoiceProblem) return cause;
  return new VoiceProblem("other", "The connection could not be opened.", { retryInMs: 0, cause });
}

function refusalProblem(message: Extract<ToPage, { type: "refused" }>): VoiceProblem {
  const { code, retryInMs, redirect } = message;
  const until = message.until === null ? null : dateOf(message.until);
  return new VoiceProblem(CODE_OF_REFUSAL[code], message.message, { retryInMs, until, redirect });
}

/** Null after the year 275760, where the range of `Date` ends. */
function dateOf(secondsSince1970: number): Date | null {
  const date = new Date(secondsSince1970 * 1000);
  return Number.isNaN(date.getTime()) ? null : date;
}

const CODE_OF_REFUSAL: Record<RefusalCode, ProblemCode> = {
  token: "token",
  password: "password",
  name: "name",
  full: "full",
  banned: "banned",
  version: "version",
  encryption: "encryption",
  closing: "closing",
  other: "other",
};

const CODE_OF_CAUSE: Record<Cause, ProblemCode> = {
  kicked: "kicked",
  "name-taken": "name-taken",
  closed: "left",
  "too-slow": "other",
  protocol: "other",
  server: "other",
};

const MEASURE_EVERY_MS = 2000;
/** Messages that arrive before a link is in use. */
const EARLY_MAX = 4096;
