// End-to-end encryption: a lock with a word, and on request all members with their safety numbers.

import type { EncryptedMember, EncryptionState, SafetyNumber } from "../voice/index.ts";
import { element, icon, mark, say, show } from "./dom.ts";
import { ICONS } from "./icons.ts";
import { nameElement } from "./names.ts";
import { hashOfPage } from "./page_hash.ts";
import { closeOutside } from "./popover.ts";
import type { Panel, RoomContext } from "./room_context.ts";
import { WORDS } from "./words.ts";

export class EncryptionPanel implements Panel {
  readonly node: HTMLDetailsElement;
  readonly #context: RoomContext;
  readonly #summary: HTMLElement;
  readonly #word = element("span", { class: "wide" });
  readonly #lead = element("p", { class: "note" });
  readonly #plain = element("p", { class: "trouble", hidden: true });
  readonly #members = element("ul", { class: "plain" });
  readonly #all = element("p", { class: "safety-number" });
  readonly #allHead = element("h3", {}, WORDS.encryption.all);
  readonly #code = element("p", { class: "safety-number" });
  #hash: Promise<string | null> | undefined;
  /** The members to be shown once their keys are stored. */
  #shown: readonly EncryptedMember[] = [];

  constructor(context: RoomContext) {
    this.#context = context;
    this.#summary = element("summary", { class: "button" }, icon(ICONS.lock), this.#word);
    const card = element(
      "div",
      { class: "card popover", tabindex: 0, role: "region", "aria-label": WORDS.encryption.title },
      element("h2", {}, WORDS.encryption.title),
      this.#lead,
      this.#plain,
      this.#members,
      this.#allHead,
      this.#all,
      element("h3", {}, WORDS.encryption.code),
      element("p", { class: "note" }, WORDS.encryption.codeNote),
      this.#code,
    );
    this.node = element("details", { class: "encryption", hidden: true }, this.#summary, card);
    closeOutside(this.node, () => this.update());
  }

  update(): void {
    const { state, members, safetyNumber, plainRooms } = this.#context.voice.encryption;
    show(this.node, state !== "off");
    if (state === "off") return;
    const isPlain = plainRooms.length > 0;
    const word = isPlain ? WORDS.encryption.plain : WORDS.encryption.states[state];
    say(this.#word, word);
    say(this.#plain, WORDS.encryption.plainRooms(plainRooms));
    show(this.#plain, isPlain);
    mark(this.node, "data-state", isPlain ? "plain" : state);
    mark(this.#summary, "aria-label", WORDS.encryption.open(word));
    if (!this.node.open) return;
    say(this.#lead, leadWords(state, isPlain));
    for (const part of [this.#allHead, this.#all]) show(part, safetyNumber !== null);
    this.#hash ??= this.#showCode();
    // A player is shown as verified once that is stored: a reload loses nothing that was shown.
    this.#shown = members;
    void this.#context.keysKept().then(() => {
      if (this.#shown === members) this.#showMembers(members);
    });
    this.#all.replaceChildren(...(safetyNumber === null ? [] : numberLines(safetyNumber)));
  }

  #showMembers(members: readonly EncryptedMember[]): void {
    const verify = (name: string) => this.#context.voice.verifyMember(name);
    this.#members.replaceChildren(...members.map((member) => memberRow(member, verify)));
  }

  async #showCode(): Promise<string | null> {
    say(this.#code, WORDS.encryption.codeLoading);
    const hash = await hashOfPage(new URL("./", import.meta.url).href);
    say(this.#code, hash?.match(/.{8}/g)?.join(" ") ?? WORDS.encryption.codeUnknown);
    return hash;
  }
}

function leadWords(state: EncryptionState, isPlain: boolean): string {
  if (state === "waiting") return WORDS.encryption.leadWhileWaiting;
  return isPlain ? WORDS.encryption.leadWhilePlain : WORDS.encryption.lead;
}

function memberRow(member: EncryptedMember, verify: (name: string) => void): HTMLElement {
  const { name, purpose, safetyNumber, isConfirmed, isSelf, recognition } = member;
  const words = WORDS.encryption;
  const notes = [
    isSelf ? words.self : null,
    accountWords(member),
    purpose === null ? null : words.purpose(purpose),
    recognition === null ? null : words.recognition[recognition],
    isConfirmed ? null : words.unconfirmed,
  ].filter((note) => note !== null);
  const note = notes.length === 0 ? null : element("span", { class: "note" }, ` (${notes.join(", ")})`);
  const number = safetyNumber === null ? null : element("p", { class: "safety-number" }, ...numberLines(safetyNumber));
  const canVerify = number !== null && recognition !== "verified";
  const button = element("button", { type: "button", onclick: () => verify(name) }, words.verify(name));
  return element("li", {}, element("span", { class: "name" }, nameElement(name)), note, number, canVerify ? button : null);
}

function accountWords({ account, accountProof }: EncryptedMember): string | null {
  if (account === null) return null;
  const words = { attested: WORDS.encryption.account, claimed: WORDS.encryption.claims, rejected: WORDS.encryption.rejected };
  return words[accountProof](account);
}

function numberLines({ words, digits }: SafetyNumber): HTMLElement[] {
  return [element("span", {}, words.join(" ")), element("span", {}, digits.join(" "))];
}
