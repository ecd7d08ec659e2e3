// A labelled form field with its hint and its error.

import { element, freshId, mark, say, show } from "./dom.ts";

export interface FieldOptions {
  label: string;
  value?: string;
  hint?: string;
  type?: "text" | "password";
  autocomplete?: string;
  /** Suggestions while typing. */
  suggestions?: readonly string[];
}

export class Field {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #trouble: HTMLElement;

  constructor({ label, value, hint, type, autocomplete, suggestions }: FieldOptions) {
    const id = freshId("field");
    this.#trouble = element("span", { id: id + "-trouble", class: "field-trouble", role: "alert", hidden: true });
    const about = hint ? element("span", { id: id + "-hint", class: "hint" }, hint) : null;
    const list = suggestions?.length
      ? element("datalist", { id: id + "-list" }, ...suggestions.map((one) => element("option", { value: one })))
      : null;
    this.input = element("input", {
      id,
      type: type ?? "text",
      value: value ?? "",
      autocomplete: autocomplete ?? "off",
      spellcheck: "false",
      autocapitalize: "off",
      list: list ? list.id : null,
      "aria-describedby": [about?.id, this.#trouble.id].filter(Boolean).join(" "),
      oninput: () => this.complain(null),
    });
    this.node = element(
      "div",
      { class: "field" },
      element("label", { for: id }, label),
      this.input,
      about,
      list,
      this.#trouble,
    );
  }

  get value(): string {
    return this.input.value.trim();
  }

  /** Shows the field's error, or removes it. */
  complain(words: string | null): void {
    say(this.#trouble, words ?? "");
    show(this.#trouble, words !== null);
    mark(this.input, "aria-invalid", words === null ? false : "true");
  }
}
