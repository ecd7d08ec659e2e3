// The token and password fields, as far as the server checks them.

import type { SecretRequirement, ConnectOptions, Info } from "../voice/index.ts";
import { element } from "./dom.ts";
import { Field } from "./field.ts";
import { WORDS } from "./words.ts";

export type SecretKind = "token" | "password";

/** The fields' values; empty if there is none. */
export type Shown = Record<SecretKind, string>;

/** The fields of a form, after the server has announced its requirements. */
export class SecretFields {
  readonly node = element("div", { class: "secrets" });
  readonly #fields = new Map<SecretKind, Field>();

  /** Creates the fields, with their earlier values. */
  fill(required: Info["secrets"], shown: Shown): void {
    for (const kind of KINDS) {
      if (required[kind] === "no") continue;
      const hint = WORDS.join[`${kind}Hint`][required[kind]];
      const field = new Field({ label: WORDS.join[kind], value: shown[kind], type: "password", hint });
      this.#fields.set(kind, field);
    }
    this.node.replaceChildren(...[...this.#fields.values()].map(({ node }) => node));
  }

  get shown(): Shown {
    const [token = "", password = ""] = KINDS.map((kind) => this.#fields.get(kind)?.input.value);
    return { token, password };
  }

  /** The field of this secret, or else the other one, which may be the wrong one. */
  field(kind: SecretKind): Field | null {
    const [only = null] = this.#fields.values();
    return this.#fields.get(kind) ?? only;
  }

  forgive(): void {
    for (const field of this.#fields.values()) field.complain(null);
  }
}

/** What is missing, and the field for that message; null if the values may be sufficient. */
export function secretFault(required: Info["secrets"], shown: Shown): { field: SecretKind; words: string } | null {
  const { tokenMissing, passwordMissing, eitherMissing } = WORDS.join;
  const isMissing = (kind: SecretKind, how: SecretRequirement) => required[kind] === how && shown[kind] === "";
  if (isMissing("token", "required")) return { field: "token", words: tokenMissing };
  if (isMissing("password", "required")) return { field: "password", words: passwordMissing };
  if (isMissing("token", "either") && isMissing("password", "either")) return { field: "token", words: eitherMissing };
  return null;
}

/** The values to send to the server. */
export function shownSecrets(required: Info["secrets"], shown: Shown): Pick<ConnectOptions, SecretKind> {
  const sent = KINDS.filter((kind) => required[kind] !== "no" && shown[kind] !== "");
  return Object.fromEntries(sent.map((kind) => [kind, shown[kind]]));
}

const KINDS: readonly SecretKind[] = ["token", "password"];
