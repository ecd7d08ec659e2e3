// Creates and updates elements. Strings always become text nodes: names and texts come from the network and are never markup.

export type Child = Node | string | null;

/** Attributes as in HTML; `true` sets an empty one, `false` and null omit it; `on…` are listeners. */
export type Attributes = { [name: string]: string | number | boolean | null | ((event: never) => void) } & {
  style?: never;
};

/** Creates an element. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value as EventListener);
    else if (value !== null && value !== undefined) mark(made, name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Sets an attribute if its value differs. */
export function mark(target: Element, name: string, value: string | number | boolean): void {
  if (value === false) target.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (target.getAttribute(name) !== text) target.setAttribute(name, text);
  }
}

/** Changes an element's text if it differs. */
export function say(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows or hides an element. */
export function show(target: HTMLElement, isShown: boolean): void {
  if (target.hidden === isShown) target.hidden = !isShown;
}

/** A number for the style sheet, such as a level. */
export function measure(target: HTMLElement, property: `--${string}`, value: number): void {
  const text = value.toFixed(3);
  if (target.style.getPropertyValue(property) !== text) target.style.setProperty(property, text);
}

/** An icon of 20 × 20, in the text colour and hidden from screen readers. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({
    viewBox: "0 0 20 20",
    width: "20",
    height: "20",
    "aria-hidden": "true",
    class: "icon",
  }))
    svg.setAttribute(name, value);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** The view of one item in a list. */
export interface View<Value> {
  node: HTMLElement;
  update(value: Value): void;
  /** It was removed from the page. */
  stop?(): void;
}

/**
 * A list whose views stay in place while their values change, so that a pressed, focused or dragged element survives. Shows one view per
 * value, identified by `key`, in the order of the values.
 */
export class KeyedList<Value> {
  readonly #views = new Map<string, View<Value>>();

  readonly #place: HTMLElement;
  readonly #key: (value: Value) => string;
  readonly #make: (value: Value) => View<Value>;

  constructor(place: HTMLElement, key: (value: Value) => string, make: (value: Value) => View<Value>) {
    this.#place = place;
    this.#key = key;
    this.#make = make;
  }

  update(values: readonly Value[]): void {
    this.#dropAllBut(new Set(values.map(this.#key)));
    values.forEach((value, index) => {
      const key = this.#key(value);
      const view = this.#views.get(key) ?? this.#make(value);
      this.#views.set(key, view);
      view.update(value);
      const there = this.#place.children[index] ?? null;
      if (there !== view.node) this.#place.insertBefore(view.node, there);
    });
  }

  /** Before anything is inserted: an element inserted before a removed one would have to move. */
  #dropAllBut(kept: ReadonlySet<string>): void {
    for (const [key, view] of [...this.#views]) {
      if (kept.has(key)) continue;
      this.#views.delete(key);
      view.stop?.();
      view.node.remove();
    }
  }

  /** The views by key, for values that change too often for a full update. */
  get views(): ReadonlyMap<string, View<Value>> {
    return this.#views;
  }
}

let lastId = 0;
/** A unique id, to tie labels and descriptions to fields. */
export function freshId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

const SVG = "http://www.w3.org/2000/svg";
