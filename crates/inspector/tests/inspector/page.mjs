// The inspector's page among elements that are just enough for it. Arguments: the page's scripts, as one file, and the
// tab to open. Each line of the standard input is a snapshot; each line that is printed tells what is shown then.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import vm from "node:vm";

/** The value of an attribute's selector, as CSS reads its string. */
function attribute(selector) {
  const found = /^\[data-card="((?:[^"\\]|\\.)*)"\]$/s.exec(selector);
  if (!found) throw new SyntaxError(`'${selector}' is not a valid selector`);
  return found[1].replace(/\\(.)/gs, "$1");
}

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], dataset: {}, style: {}, parent: null, words: "", className: "", value: "" });
  }
  get firstChild() { return this.children[0] ?? null; }
  get lastChild() { return this.children.at(-1) ?? null; }
  get textContent() { return this.words + this.children.map((child) => child.textContent).join(""); }
  set textContent(words) { this.replaceChildren(); this.words = words; }
  append(...made) { for (const child of made) this.insertBefore(child, null); }
  prepend(...made) { for (const child of made.reverse()) this.insertBefore(child, this.firstChild); }
  insertBefore(child, before) {
    child.remove();
    this.children.splice(before ? this.children.indexOf(before) : this.children.length, 0, child);
    child.parent = this;
  }
  replaceChildren(...made) { for (const child of [...this.children]) child.remove(); this.append(...made); }
  remove() {
    if (this.parent) this.parent.children.splice(this.parent.children.indexOf(this), 1);
    this.parent = null;
  }
  setAttribute() {}
  getAttribute() { return ""; }
  querySelector(selector) {
    const wanted = selector.startsWith("[") ? attribute(selector) : null;
    const fits = (element) =>
      wanted === null
        ? element.tag === selector || element.className.split(" ").includes(selector.slice(1))
        : element.dataset.card === wanted;
    const below = this.children.flatMap((child) => [child, ...child.all()]);
    return below.find(fits) ?? null;
  }
  all() { return this.children.flatMap((child) => [child, ...child.all()]); }
}

const known = new Map();
const byId = (id) => {
  if (!known.has(id)) known.set(id, new Element(id));
  return known.get(id);
};
let snapshot = null;
const page = vm.createContext({
  document: {
    hidden: true,
    getElementById: byId,
    createElement: (tag) => new Element(tag),
    createTextNode: (words) => Object.assign(new Element("#text"), { data: words }),
  },
  history: { replaceState: () => {} },
  location: { hash: "#" + process.argv[3] },
  performance: { now: () => 0 },
  setTimeout: () => {},
  setInterval: () => {},
  URLSearchParams,
  fetch: async () => ({ ok: true, json: async () => snapshot ?? { verdict: "", steps: [] }, text: async () => "" }),
});
vm.runInContext(readFileSync(process.argv[2], "utf8"), page);

for await (const line of createInterface({ input: process.stdin })) {
  snapshot = JSON.parse(line);
  await vm.runInContext("update()", page);
  const cards = byId(process.argv[3].toLowerCase()).children.map((card) => card.firstChild.textContent);
  console.log(JSON.stringify({ trouble: byId("lost").textContent, cards }));
}
