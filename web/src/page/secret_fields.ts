// The token and the password that one shows to come in, as far as the server looks at them.

import type { SecretRequirement, ConnectOptions, Info } from "../voice/index.ts";
import { element } from "./dom.ts";
import { Field } from "./field.ts";
import { WORDS } from "./words.ts";

export type SecretKind = "token" | "password";

/** What is in the fields; empty where there is none. */
export type Shown = Record<SecretKind, string>;

/** The fields of a form, once the server has said what it asks for. */
export class SecretFields {
  readonly node = element("div", { class: "secrets" });
  readonly #fields = new Map<SecretKind, Field>();

  /** Makes the fields, with what was shown before in them. */
  fill(asked: Info["secrets"], shown: Shown): void {
    for (const kind of KINDS) {
      if (asked[kind] === "no") continue;
      const hint = WORDS.join[`${kind}Hint`][asked[kind]];
      const field = new Field({ label: WORDS.join[kind], value: shown[kind], type: "password", hint });
      this.#fields.set(kind, field);
    }
    this.node.replaceChildren(...[...this.#fields.values()].map(({ node }) => node));
  }

  get shown(): Shown {
    const [token = "", password = ""] = KINDS.map((kind) => this.#fields.get(kind)?.input.value);
    return { token, password };
  }

  /** The field for it, or else the other one, which may be what is wrong. */
  field(kind: SecretKind): Field | null {
    const [only = null] = this.#fields.values();
    return this.#fields.get(kind) ?? only;
  }

  forgive(): void {
    for (const field of this.#fields.values()) field.complain(null);
  }
}

/** What is missing, and beside which field that is to be said; null if it may be enough. */
export function secretFault(asked: Info["secrets"], shown: Shown): { field: SecretKind; words: string } | null {
  const { tokenMissing, passwordMissing, eitherMissing } = WORDS.join;
  const isMissing = (kind: SecretKind, how: SecretRequirement) => asked[kind] === how && shown[kind] === "";
  if (isMissing("token", "required")) return { field: "token", words: tokenMissing };
  if (isMissing("password", "required")) return { field: "password", words: passwordMissing };
  if (isMissing("token", "either") && isMissing("password", "either")) return { field: "token", words: eitherMissing };
  return null;
}

/** What the server gets of it. */
export function shownSecrets(asked: Info["secrets"], shown: Shown): Pick<ConnectOptions, SecretKind> {
  const sent = KINDS.filter((kind) => asked[kind] !== "no" && shown[kind] !== "");
  return Object.fromEntries(sent.map((kind) => [kind, shown[kind]]));
}

const KINDS: readonly SecretKind[] = ["token", "password"];
