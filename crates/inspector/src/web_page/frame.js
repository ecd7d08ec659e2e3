"use strict";
// Everything is made of text nodes and elements: names come from the network and are never markup.
const $ = (id) => document.getElementById(id);
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
function say(target, text) { if (target.textContent !== text) target.textContent = text; }
/** A text with every invisible character and every mark of writing direction spelled out, as in `\u{202e}`. */
const visible = (text) => String(text).replace(INVISIBLE, (letter) => "\\u{" + letter.codePointAt(0).toString(16) + "}");
/** A name within a sentence or a list: what is written from right to left in it turns nothing around but itself. */
const named = (name) => RIGHT_TO_LEFT.test(visible(name)) ? "\u2068" + visible(name) + "\u2069" : visible(name);
/** Names one after the other. */
const listed = (names) => names.map(named).join(", ");
/** Words with names in them that were put together elsewhere. */
const sentence = (words) => visible(words).replace(RIGHT_TO_LEFT_RUN, "\u2068$&\u2069");
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800\ufff9-\ufffb]/gu;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const RIGHT_TO_LEFT_RUN = new RegExp(RIGHT_TO_LEFT.source + "(?:[^A-Za-z]*" + RIGHT_TO_LEFT.source + ")*", "gu");
/** What is wrong, above everything else; nothing takes it away. */
function trouble(words) { $("lost").hidden = !words; say($("lost"), sentence(words || "")); }

/**
 * A table whose rows stay where they are, so that a button can be pressed while figures change: `key` tells rows apart, and
 * a column draws into its cell again each time. Without rows there is only what `none` says, if it says anything.
 */
function table(place, columns, rows, key, none, classOf) {
  if (!rows.length && none) { delete place.dataset.columns; return place.replaceChildren(element("p", { className: "empty", textContent: none })); }
  const titles = columns.map((column) => column.title).join();
  if (place.dataset.columns !== titles) {
    place.dataset.columns = titles;
    const heads = columns.map((column) => element("th", { className: column.className || "", scope: "col", textContent: column.title }));
    place.replaceChildren(element("div", { className: "scroll", tabIndex: 0 }, element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody"))));
  }
  const body = place.querySelector("tbody");
  const old = new Map([...body.children].map((row) => [row.dataset.key, row]));
  rows.forEach((value, index) => {
    const name = String(key(value));
    let row = old.get(name);
    if (!row) {
      row = element("tr", {}, ...columns.map((column) => element("td", { className: column.className || "" })));
      row.dataset.key = name;
    }
    old.delete(name);
    row.value = value;
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] || null);
    row.className = classOf ? classOf(value) : "";
    columns.forEach((column, number) => column.draw(row.children[number], value, row));
  });
  for (const row of old.values()) row.remove();
}
/** A column of words. */
const text = (title, of, className) => ({ title, className, draw: (cell, value) => say(cell, of(value)) });

/** Tabs for these sections of the page, by id and title, of which one is shown; `opened` is told its id. */
function makeTabs(titles, opened) {
  const buttons = Object.entries(titles).map(([id, title]) => {
    const tab = element("button", { id: "tab-" + id, textContent: title, onclick: () => show(id) });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", id);
    return tab;
  });
  function show(shown) {
    for (const tab of buttons) {
      const id = tab.getAttribute("aria-controls"), isShown = id === shown;
      $(id).hidden = !isShown;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
    }
    opened(shown);
  }
  $("tabs").replaceChildren(...buttons);
  $("tabs").onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const open = buttons.filter((tab) => !tab.hidden);
    const next = open[(open.indexOf(document.activeElement) + step + open.length) % open.length];
    next.click();
    next.focus();
  };
  return show;
}
