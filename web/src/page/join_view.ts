// The join form.

import type { ConnectOptions, Info, Microphone, MicrophoneOptions, Output, Voice } from "../voice/index.ts";
import { VoiceProblem } from "../voice/index.ts";
import { isRoomName, type Address } from "./address.ts";
import type { Screen } from "./app.ts";
import { element, say, show } from "./dom.ts";
import { Field } from "./field.ts";
import { takeIdentity } from "./identity.ts";
import { MicrophoneCheck } from "./microphone_check.ts";
import type { OtherTabs } from "./other_tabs.ts";
import { pageHeader } from "./page_header.ts";
import { withRememberedMicrophone } from "./remembered_devices.ts";
import { secretFault, SecretFields, shownSecrets } from "./secret_fields.ts";
import type { Memory } from "./settings.ts";
import type { Wish } from "./visit.ts";
import { WORDS } from "./words.ts";

/** The parts of the library that the page uses. */
export interface VoiceLibrary {
  connect(options: ConnectOptions): Promise<Voice>;
  info(): Promise<Info>;
  openMicrophone(options: MicrophoneOptions): Promise<Microphone>;
  openOutput(): Promise<Output>;
}

export interface JoinOptions {
  library: VoiceLibrary;
  memory: Memory;
  address: Address;
  /** From an earlier visit. */
  wish: Wish | null;
  /** The key to resume a player with, for the first attempt. */
  resume: string | null;
  tabs: OtherTabs;
  entered: (voice: Voice, wish: Wish) => void;
}

export class JoinView implements Screen {
  readonly node: HTMLElement;
  readonly first: HTMLElement;
  readonly #options: JoinOptions;
  readonly #name: Field;
  readonly #room: Field;
  readonly #check: MicrophoneCheck;
  readonly #trouble = element("p", { class: "trouble", role: "alert", hidden: true });
  readonly #session = element("div");
  readonly #secrets = new SecretFields();
  readonly #join = element("button", { class: "main" }, JOIN_WORDS);
  readonly #listen = element("button", { type: "button", onclick: () => this.#pressSecond() }, WORDS.join.listen);
  #info: Info | null = null;
  #sessionField: Field | null = null;
  /** While joining. */
  #giveUp: AbortController | null = null;
  #resume: string | null;

  constructor(options: JoinOptions) {
    const { memory, address, wish, library } = options;
    this.#options = options;
    this.#resume = options.resume;
    this.#name = new Field({
      label: WORDS.join.name,
      value: wish?.name ?? memory.settings.name,
      autocomplete: "nickname",
    });
    this.#room = new Field({
      label: WORDS.join.room,
      value: (wish?.rooms ?? address.rooms)[0] ?? FIRST_ROOM,
      hint: WORDS.join.roomHint,
    });
    this.#check = new MicrophoneCheck(library, memory, () => this.submit(false));
    this.first = this.#name.input;
    const form = element(
      "form",
      {
        class: "card",
        novalidate: true,
        onsubmit: (event: Event) => {
          event.preventDefault();
          this.submit();
        },
      },
      this.#name.node,
      this.#session,
      this.#room.node,
      this.#secrets.node,
      this.#check.node,
      element("p", { class: "line" }, this.#join, this.#listen),
    );
    const heading = element("h1", {}, WORDS.join.title);
    this.node = element(
      "div",
      { class: "narrow" },
      pageHeader(memory, heading),
      element("main", {}, element("p", { class: "note" }, WORDS.join.lead), this.#trouble, form),
    );
    show(this.#listen, isSecureContext);
    void this.#ask();
    // Someone who comes back after a reload or a refusal keeps the name.
    if (wish === null) void this.#proposeName();
  }

  /** Joins with the form's values. Browsers provide no microphone to an insecure page. */
  submit(withMicrophone = isSecureContext): void {
    void this.#submit(withMicrophone);
  }

  stop(): void {
    this.#giveUp?.abort();
    this.#check.stop();
  }

  /** Another tab may be in a session under the remembered name. */
  async #proposeName(): Promise<void> {
    const remembered = this.#name.value;
    const free = await this.#options.tabs.free(remembered);
    if (this.#name.value === remembered && this.#giveUp === null) this.#name.input.value = free;
  }

  /** Asks the server for its requirements, and adds the fields for them. */
  async #ask(): Promise<Info | null> {
    try {
      const info = await this.#options.library.info();
      if (this.#info === null) this.#addFields(info);
      this.#info = info;
      this.#complain(null);
    } catch (problem) {
      this.#complain(serverWords(problem));
    }
    return this.#info;
  }

  #addFields({ sessions, onDemand, secrets }: Info): void {
    const wanted = this.#options.wish?.session ?? this.#options.address.session ?? sessions[0] ?? "";
    if (sessions.length > 1 || onDemand) {
      this.#sessionField = new Field({ label: WORDS.join.session, value: wanted, suggestions: sessions });
      this.#session.replaceChildren(this.#sessionField.node);
    }
    this.#secrets.fill(secrets, this.#options.wish ?? { token: "", password: "" });
  }

  /** The second button joins without a microphone, and cancels while joining. */
  #pressSecond(): void {
    if (this.#giveUp === null) return this.submit(false);
    this.#giveUp.abort();
    this.#setJoining(null);
  }

  async #submit(withMicrophone: boolean): Promise<void> {
    if (this.#giveUp) return;
    const giveUp = new AbortController();
    this.#setJoining(giveUp);
    try {
      const info = this.#info ?? (await this.#ask());
      if (giveUp.signal.aborted) return;
      const wish = info && this.#read(info, withMicrophone);
      if (info && wish) await this.#enter(info, wish, giveUp.signal);
    } finally {
      // A cancelled attempt may have been followed by another one.
      if (this.#giveUp === giveUp) this.#setJoining(null);
    }
  }

  /** The form's values; null if one is missing, which its field shows. */
  #read(info: Info, withMicrophone: boolean): Wish | null {
    const [name, room, { token, password }] = [this.#name.value, this.#room.value, this.#secrets.shown];
    const others = (this.#options.wish?.rooms ?? this.#options.address.rooms).slice(1);
    const { join } = WORDS;
    const secret = secretFault(info.secrets, { token, password });
    this.#secrets.forgive();
    const faults: [Field | null, boolean, string][] = [
      [this.#name, name === "", join.nameMissing],
      [this.#name, new TextEncoder().encode(name).length > NAME_MAX_BYTES, join.nameTooLong],
      [this.#room, !isRoomName(room), join.roomMissing],
      [secret && this.#secrets.field(secret.field), secret !== null, secret?.words ?? ""],
    ];
    const fault = faults.find(([, holds]) => holds);
    if (fault) {
      this.#complainBeside(fault[0], fault[2]);
      return null;
    }
    const session = this.#sessionField?.value ?? this.#options.address.session ?? info.sessions[0] ?? "";
    return { name, session, rooms: [...new Set([room, ...others])], token, password, withMicrophone };
  }

  async #enter(info: Info, wish: Wish, signal: AbortSignal): Promise<void> {
    const { library, memory, entered } = this.#options;
    const resume = this.#resume === null ? {} : { resume: this.#resume };
    this.#resume = null;
    memory.change({ name: wish.name });
    try {
      const identity = await takeIdentity();
      const encryption = identity.options;
      const voice = await withRememberedMicrophone(memory, (device) =>
        library.connect({ ...this.#connectOptions(info, wish, device), encryption, ...resume, signal }),
      );
      if (signal.aborted) return voice.leave();
      if (wish.withMicrophone) this.#check.release();
      // At once: events before the first handler are not raised again.
      entered(voice, wish);
    } catch (problem) {
      if (!(problem instanceof VoiceProblem)) throw problem;
      if (!signal.aborted) this.#explain(problem);
    }
  }

  #connectOptions({ secrets }: Info, wish: Wish, device: string | null): ConnectOptions {
    const { session, name, withMicrophone } = wish;
    const { echoCancellation, noiseSuppression, autoGainControl } = this.#options.memory.settings;
    const chosen = withMicrophone ? (this.#check.microphone ?? device) : (false as const);
    return {
      session,
      name,
      echoCancellation,
      noiseSuppression,
      autoGainControl,
      onUnload: "stay",
      onSlow: () => this.#sayOtherWay(),
      ...(chosen === null ? {} : { microphone: chosen }),
      ...shownSecrets(secrets, wish),
    };
  }

  #explain({ code, message }: VoiceProblem): void {
    if (this.#check.explain(code)) this.#listen.focus();
    else if (code === "name") this.#complainBeside(this.#name, message);
    else if (code === "token" || code === "password") this.#complainBeside(this.#secrets.field(code), message);
    else this.#complain(serverWords({ code, message }));
  }

  #complainBeside(field: Field | null, words: string): void {
    if (field === null) return this.#complain(words);
    field.complain(words);
    field.input.focus();
  }

  #complain(words: string | null): void {
    say(this.#trouble, words ?? "");
    show(this.#trouble, words !== null);
  }

  /** The attempt goes on. */
  #sayOtherWay(): void {
    if (this.#giveUp !== null) this.#complain(WORDS.join.joiningElse);
  }

  #setJoining(giveUp: AbortController | null): void {
    this.#giveUp = giveUp;
    const isJoining = giveUp !== null;
    this.#join.disabled = isJoining;
    say(this.#join, isJoining ? WORDS.join.joining : JOIN_WORDS);
    say(this.#listen, isJoining ? WORDS.join.cancel : WORDS.join.listen);
    show(this.#listen, isJoining || isSecureContext);
    if (isJoining) this.#complain(null);
  }
}

/** What is wrong, in words: a server that cannot be reached has its own here. */
function serverWords(problem: unknown): string {
  const { code, message } = problem as Partial<VoiceProblem>;
  return code === "no-server" || message === undefined ? WORDS.join.noServer : message;
}

/** The room to join if the address names none. */
const FIRST_ROOM = "lobby";
/** The maximum length of a player's name, in bytes of UTF-8. */
const NAME_MAX_BYTES = 128;
/** What the main button does. */
const JOIN_WORDS = isSecureContext ? WORDS.join.join : WORDS.join.listen;
