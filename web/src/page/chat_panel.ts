// Texts to rooms and players.

import type { Target } from "../voice/index.ts";
import { canBeSent, type Conversation, type Message } from "./chat_log.ts";
import { element, icon, KeyedList, mark, say, show, type View } from "./dom.ts";
import { ICONS } from "./icons.ts";
import { nameElement } from "./names.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { targetKey } from "./talk_plan.ts";
import { WORDS } from "./words.ts";

export class ChatPanel implements Panel {
  readonly node: HTMLElement;
  readonly #context: RoomContext;
  readonly #choices: KeyedList<Conversation>;
  readonly #messages: KeyedList<Message>;
  readonly #items = element("ol", { class: "plain" });
  readonly #list = element("div", { class: "messages", role: "log", tabindex: 0, onscroll: () => this.#onScroll() }, this.#items);
  readonly #empty = element("p", { class: "note empty" }, WORDS.chat.empty);
  readonly #input = element("input", {
    type: "text",
    autocomplete: "off",
    enterkeyhint: "send",
    oninput: () => this.complain(null),
  });
  readonly #trouble = element("p", { class: "field-trouble", role: "alert", hidden: true });
  #target: Target | null = null;
  /** Whether the last message was visible after the last scrolling. */
  #isAtEnd = true;

  constructor(context: RoomContext) {
    this.#context = context;
    const choices = element("div", { class: "choices", role: "group", "aria-label": WORDS.chat.to });
    this.#choices = new KeyedList(
      choices,
      (one) => targetKey(one.with),
      (one) => this.#choice(one.with),
    );
    this.#messages = new KeyedList(this.#items, (message) => String(message.number), message);
    const send = element(
      "button",
      { class: "main", "aria-label": WORDS.chat.send, title: WORDS.chat.send },
      icon(ICONS.send),
    );
    const form = element(
      "form",
      {
        class: "write",
        onsubmit: (event: Event) => {
          event.preventDefault();
          this.#send();
        },
      },
      this.#input,
      send,
    );
    // A phone's keyboard changes its height; the last message stays visible.
    new ResizeObserver(() => this.#scrollToEnd()).observe(this.#list);
    this.node = element(
      "section",
      { class: "panel chat", "aria-labelledby": "chat-title" },
      element("h2", { id: "chat-title" }, WORDS.sections.chat),
      element("div", { class: "card" }, choices, this.#empty, this.#list, this.#trouble, form),
    );
  }

  /** The selected conversation. */
  get target(): Target | null {
    return this.#target;
  }

  choose(target: Target): void {
    this.#context.chat.begin(target);
    this.#target = target;
    this.#isAtEnd = true;
    // Switching is not news: a screen reader reads only later messages.
    this.#list.setAttribute("aria-live", "off");
    this.#messages.update([]);
    this.update();
    requestAnimationFrame(() => this.#list.removeAttribute("aria-live"));
  }

  focus(): void {
    this.#input.focus();
  }

  update(): void {
    const { chat } = this.#context;
    const all = chat.conversations;
    const target =
      all.find((one) => this.#target && targetKey(one.with) === targetKey(this.#target))?.with ?? all[0]?.with ?? null;
    this.#target = target;
    this.#choices.update(all);
    const messages = target ? chat.get(target).messages : [];
    this.#messages.update(messages);
    show(this.#empty, messages.length === 0);
    show(this.#list, messages.length > 0);
    this.#scrollToEnd();
    const name = target ? nameOf(target) : "";
    mark(this.#list, "aria-label", WORDS.chat.log(name));
    mark(this.#input, "aria-label", WORDS.chat.message(name));
    mark(this.#input, "placeholder", WORDS.chat.message(name));
    this.#input.disabled = target === null;
  }

  /** Shows why a text was rejected. */
  complain(words: string | null): void {
    say(this.#trouble, words ?? "");
    show(this.#trouble, words !== null);
  }

  #onScroll(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < END_PX;
  }

  /** Unless the user has scrolled back to read. */
  #scrollToEnd(): void {
    if (this.#isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #send(): void {
    const { voice, chat, redraw } = this.#context;
    const [text, target] = [this.#input.value, this.#target];
    if (target === null || text.trim() === "") return;
    if (voice.state !== "connected") return this.complain(WORDS.chat.notConnected);
    if (!canBeSent(text)) return this.complain(WORDS.chat.tooLong);
    voice.text(target, text);
    chat.add(target, { from: voice.name, isMine: true, text, at: Date.now() }, true);
    this.#input.value = "";
    this.#isAtEnd = true;
    redraw();
  }

  #choice(target: Target): View<Conversation> {
    const unread = element("span", { class: "badge" });
    const node = element(
      "button",
      { type: "button", class: "toggle", onclick: () => this.choose(target) },
      "player" in target ? "@" : null,
      nameElement(nameOf(target)),
      unread,
    );
    const update = (conversation: Conversation) => {
      mark(node, "aria-pressed", String(this.#target !== null && targetKey(target) === targetKey(this.#target)));
      say(unread, conversation.unread ? String(conversation.unread) : "");
      mark(unread, "aria-label", conversation.unread ? WORDS.chat.unread(conversation.unread) : false);
    };
    return { node, update };
  }
}

/** Less than a message's height. */
const END_PX = 40;

function message({ from, isMine, text, at }: Message): View<Message> {
  const time = new Date(at);
  const node = element(
    "li",
    { class: isMine ? "message mine" : "message" },
    element("span", { class: "from" }, nameElement(from)),
    element(
      "time",
      { datetime: time.toISOString() },
      time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
    ),
    element("span", { class: "text", dir: "auto" }, text),
  );
  return { node, update: () => undefined };
}

function nameOf(target: Target): string {
  return "room" in target ? target.room : target.player;
}
