// The texts of this visit, by conversation, in memory only.

import type { Target } from "../voice/index.ts";
import { targetKey } from "./talk_plan.ts";

export interface Message {
  /** A serial number that identifies the message. */
  number: number;
  from: string;
  isMine: boolean;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface Conversation {
  with: Target;
  messages: readonly Message[];
  unread: number;
}

export class ChatLog {
  readonly #conversations = new Map<string, { with: Target; messages: Message[]; unread: number }>();
  #number = 0;

  /** All conversations: rooms first, each kind in the order of creation. */
  get conversations(): Conversation[] {
    const all = [...this.#conversations.values()];
    return [...all.filter((one) => "room" in one.with), ...all.filter((one) => "player" in one.with)];
  }

  get(target: Target): Conversation {
    return this.#conversations.get(targetKey(target)) ?? { with: target, messages: [], unread: 0 };
  }

  /** Starts a conversation, so that it can be selected. False if there are too many. */
  begin(target: Target): boolean {
    const key = targetKey(target);
    if (this.#conversations.has(key)) return true;
    if (this.#conversations.size >= CONVERSATIONS_MAX && !this.#forgetEmpty()) return false;
    this.#conversations.set(key, { with: target, messages: [], unread: 0 });
    return true;
  }

  /** Removes an empty conversation. */
  end(target: Target): void {
    const key = targetKey(target);
    if (this.#conversations.get(key)?.messages.length === 0) this.#conversations.delete(key);
  }

  /** Adds a message; removes the oldest if there are too many. */
  add(target: Target, message: Omit<Message, "number">, isRead: boolean): void {
    if (!this.begin(target)) return;
    const conversation = this.#conversations.get(targetKey(target));
    if (!conversation) return;
    this.#number += 1;
    conversation.messages.push({ ...message, number: this.#number });
    if (conversation.messages.length > MESSAGES_MAX) conversation.messages.shift();
    if (!isRead) conversation.unread += 1;
  }

  read(target: Target): void {
    const conversation = this.#conversations.get(targetKey(target));
    if (conversation) conversation.unread = 0;
  }

  get unread(): number {
    return [...this.#conversations.values()].reduce((sum, one) => sum + one.unread, 0);
  }

  #forgetEmpty(): boolean {
    const empty = [...this.#conversations].find(([, one]) => one.messages.length === 0);
    return empty !== undefined && this.#conversations.delete(empty[0]);
  }
}

/** Whether a text can be sent: it is not empty, and within the protocol's limit. */
export function canBeSent(text: string): boolean {
  return text.trim() !== "" && new TextEncoder().encode(text).length <= TEXT_MAX_BYTES;
}

/** The maximum length of a text, in bytes of UTF-8. */
export const TEXT_MAX_BYTES = 998;
/** Messages kept per conversation. */
export const MESSAGES_MAX = 300;
/** Conversations kept. */
export const CONVERSATIONS_MAX = 64;
