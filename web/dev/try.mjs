// Tries what only a browser shows: keys, held buttons, focus and what is read out, with the fake library. Says what does not do as it
// should, and ends with an error then.
//
//   node dev/try.mjs
import assert from "node:assert/strict";
import { findBrowser, withPage } from "./chromium.mjs";

const ATTEMPTS = {
  "Space talks outside of text fields, and is typed in them": async (tab) => {
    await enter(tab, "push-to-talk");
    await press(tab, "Space", "keyDown");
    assert.equal(await status(tab), "You talk to lobby.");
    await press(tab, "Space", "keyUp");
    assert.match(await status(tab), /^Hold/);
    await tab.run("document.querySelector('.write input').focus()");
    await press(tab, "Space", "keyDown", " ");
    assert.match(await status(tab), /^Hold/);
    await press(tab, "Space", "keyUp");
    assert.equal(await tab.run("return document.querySelector('.write input').value"), " ");
  },
  "Space talks after a button was clicked, and presses one that the keyboard has reached": async (tab) => {
    await enter(tab, "push-to-talk");
    await click(tab, ".mute", "mousePressed", "mouseReleased");
    await click(tab, ".mute", "mousePressed", "mouseReleased");
    await press(tab, "Space", "keyDown");
    assert.equal(await status(tab), "You talk to lobby.");
    await press(tab, "Space", "keyUp");
    await tab.run("document.querySelector('.mute').focus()");
    await press(tab, "Space", "keyDown", " ");
    await press(tab, "Space", "keyUp");
    assert.equal(await status(tab), "You are muted. Nobody hears you.");
  },
  "the button talks while it is pressed, by mouse and by key": async (tab) => {
    await enter(tab, "push-to-talk");
    await click(tab, ".talk", "mousePressed");
    assert.equal(await status(tab), "You talk to lobby.");
    await click(tab, ".talk", "mouseReleased");
    assert.match(await status(tab), /^Hold/);
    await tab.run("document.querySelector('.talk').focus()");
    await press(tab, "Enter", "keyDown");
    assert.equal(await status(tab), "You talk to lobby.");
    await press(tab, "Enter", "keyUp");
    assert.match(await status(tab), /^Hold/);
  },
  "Space talks although a list of devices has kept the focus after a click": async (tab) => {
    await enter(tab, "push-to-talk");
    const focused = () => tab.run("return document.activeElement.tagName");
    await click(tab, ".sound select", "mousePressed", "mouseReleased");
    await press(tab, "Escape", "keyDown");
    await press(tab, "Escape", "keyUp");
    assert.equal(await focused(), "SELECT");
    await press(tab, "Space", "keyDown");
    assert.equal(await status(tab), "You talk to lobby.");
    await press(tab, "Space", "keyUp");
    assert.match(await status(tab), /^Hold/);
  },
  "a finger talks wherever it slides, and so does whatever else holds the button until it is lifted, too": async (tab, address) => {
    await phone(tab);
    await tab.open(address);
    await enter(tab, "push-to-talk");
    const { x, y } = await middle(tab, ".talk");
    await touch(tab, "touchStart", { x, y });
    assert.equal(await status(tab), "You talk to lobby.");
    await touch(tab, "touchMove", { x: 10, y: 10 });
    assert.equal(await status(tab), "You talk to lobby.");
    await click(tab, ".talk", "mousePressed");
    await touch(tab, "touchEnd");
    assert.equal(await status(tab), "You talk to lobby.");
    await click(tab, ".talk", "mouseReleased");
    assert.match(await status(tab), /^Hold/);
  },
  "a finger that stays long opens no menu, and neither scrolls nor selects": async (tab, address) => {
    await phone(tab);
    await tab.open(address);
    await enter(tab, "push-to-talk");
    const menu = "new MouseEvent('contextmenu', { bubbles: true, cancelable: true })";
    assert.equal(await tab.run(`return document.querySelector('.talk').dispatchEvent(${menu})`), false);
    const style = "const { touchAction, userSelect } = getComputedStyle(document.querySelector('.talk'))";
    assert.deepEqual(await tab.run(`${style}; return [touchAction, userSelect]`), ["none", "none"]);
  },
  "a page that is hidden, turned or left lets go of the button that a finger holds": async (tab, address) => {
    await phone(tab);
    await tab.open(address);
    await enter(tab, "push-to-talk");
    const hide = `Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange')); delete document.hidden`;
    for (const leave of [hide, "dispatchEvent(new Event('blur'))"]) {
      const { x, y } = await middle(tab, ".talk");
      await touch(tab, "touchStart", { x, y });
      assert.equal(await status(tab), "You talk to lobby.");
      await tab.run(leave);
      assert.match(await status(tab), /^Hold/);
      await touch(tab, "touchEnd");
    }
    const { x, y } = await middle(tab, ".talk");
    await touch(tab, "touchStart", { x, y });
    await phone(tab, 640, 360);
    assert.equal(await status(tab), "You talk to lobby.");
    await touch(tab, "touchCancel");
    assert.match(await status(tab), /^Hold/);
  },
  "who is muted while the button is held does not talk afterwards": async (tab, address) => {
    await phone(tab);
    await tab.open(address);
    await enter(tab, "push-to-talk");
    const { x, y } = await middle(tab, ".talk");
    await touch(tab, "touchStart", { x, y });
    assert.equal(await status(tab), "You talk to lobby.");
    await tab.run("document.querySelector('.mute').click()");
    await settled(tab);
    await touch(tab, "touchEnd");
    await tab.run("document.querySelector('.mute').click()");
    assert.match(await status(tab), /^Hold/);
  },
  "the field that one writes in and what was said last are seen above a phone's keyboard": async (tab, address) => {
    await phone(tab);
    await tab.open(address);
    await enter(tab, "push-to-talk");
    await tab.run("document.querySelectorAll('nav button')[1].click()");
    await until(tab, "document.querySelectorAll('.message').length === 2");
    await tab.run("document.querySelector('.write input').focus()");
    for (let text = 0; text < 12; text += 1) {
      await tab.tell("Input.insertText", { text: `text ${text}` });
      await tab.run("document.querySelector('.write').requestSubmit()");
    }
    await settled(tab);
    for (const height of [330, 250]) {
      await phone(tab, 360, height);
      await settled(tab);
      for (const selector of [".write input", ".write button", ".message:last-child", ".talk"]) {
        assert.equal(await tab.run(`${IS_SEEN} return isSeen(document.querySelector("${selector}"))`), true, selector);
      }
    }
    await phone(tab);
    await settled(tab);
    assert.equal(await tab.run(`${IS_SEEN} return isSeen(document.querySelector("nav button"))`), true);
  },
  "leaving the window lets go of the key": async (tab) => {
    await enter(tab, "push-to-talk");
    await press(tab, "Space", "keyDown");
    await tab.run("dispatchEvent(new Event('blur'))");
    assert.match(await status(tab), /^Hold/);
  },
  "a whisper is for one while its button is held": async (tab) => {
    await enter(tab, "open");
    await click(tab, "[aria-label='Whisper to Bob: hold']", "mousePressed");
    assert.equal(await status(tab), "Only Bob hears you.");
    await click(tab, "[aria-label='Whisper to Bob: hold']", "mouseReleased");
    assert.equal(await status(tab), "Lobby hears everything here.");
  },
  "another key can be chosen, and Escape keeps the present one": async (tab) => {
    await enter(tab, "push-to-talk");
    const key = () =>
      tab.run(
        "return [...document.querySelectorAll('.sound button')].map((one) => one.textContent).find((text) => text.includes('change'))",
      );
    const ask = () =>
      tab.run(
        "[...document.querySelectorAll('.sound button')].find((one) => one.textContent.includes('change')).click()",
      );
    await ask();
    await press(tab, "KeyV", "keyDown");
    await settled(tab);
    assert.equal(await key(), "V: change");
    await press(tab, "KeyV", "keyUp");
    await ask();
    await press(tab, "Escape", "keyDown");
    await settled(tab);
    assert.equal(await key(), "V: change");
    await tab.run("document.activeElement.blur()");
    await press(tab, "KeyV", "keyDown");
    assert.equal(await status(tab), "You talk to lobby.");
  },
  "the threshold is moved by keys, and is remembered": async (tab) => {
    await enter(tab, "voice");
    await tab.run("document.querySelector('.dock .meter input').focus()");
    await press(tab, "ArrowRight", "keyDown");
    await press(tab, "ArrowRight", "keyUp");
    assert.equal(await tab.run("return JSON.parse(localStorage.getItem('consonance')).threshold"), 0.36);
  },
  "one goes through the map by keys, and puts others there": async (tab) => {
    await enter(tab, "voice");
    await tab.run("document.querySelector('.map [role=switch]').click(); (await until('.marker.self')).focus()");
    await press(tab, "ArrowRight", "keyDown");
    await press(tab, "ArrowUp", "keyDown", undefined, SHIFT);
    await settled(tab);
    assert.equal(
      await tab.run("return document.activeElement.getAttribute('aria-label')"),
      "You: 0.5 m right, 2 m ahead",
    );
    await tab.run(
      "[...document.querySelectorAll('.map .toggle')].find((one) => one.textContent === '+ Frank').click()",
    );
    await settled(tab);
    assert.equal(await tab.run("return document.activeElement.getAttribute('aria-label')"), "Frank: 2 m ahead");
    await press(tab, "Delete", "keyDown");
    await settled(tab);
    assert.equal(
      await tab.run(
        "return [...document.querySelectorAll('.map .toggle')].some((one) => one.textContent === '+ Frank')",
      ),
      true,
    );
  },
  "texts are texts, and go where one writes": async (tab) => {
    await enter(tab, "voice");
    await until(tab, "document.querySelectorAll('.message').length === 2");
    assert.equal(await tab.run("return document.querySelector('.message img, .message b, .name b')"), null);
    await tab.run(
      "document.querySelectorAll('.chat .toggle')[1].click(); document.querySelector('.write input').focus()",
    );
    for (const letter of "<i>hi") await tab.tell("Input.dispatchKeyEvent", { type: "char", text: letter });
    await press(tab, "Enter", "keyDown", "\r");
    await settled(tab);
    assert.equal(
      await tab.run("return [...document.querySelectorAll('.message.mine .text')].at(-1).textContent"),
      "<i>hi",
    );
    assert.equal(await tab.run("return document.querySelector('.write input').value"), "");
  },
  "who was there before is no news, and who comes and leaves is read out in one piece": async (tab, address) => {
    await tab.open(`${address}?scene=movement`);
    await enter(tab, "voice");
    await tab.run(`globalThis.said = []; const region = document.querySelector('.unseen');
      new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true })`);
    await until(tab, "said.length > 0");
    assert.deepEqual(await tab.run("return said"), ["Greta came. Frank left."]);
  },
  "a faulty form says so at the field and leads there": async (tab) => {
    await tab.run("document.querySelector('form').requestSubmit()");
    await until(tab, "document.activeElement.getAttribute('aria-invalid') === 'true'");
    const about =
      "document.activeElement.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent).join('')";
    assert.equal(await tab.run(`return ${about}`), "Please say who you are.");
  },
  "the room's heading has the focus when it opens, and the address names the room": async (tab) => {
    await enter(tab, null);
    assert.equal(await tab.run("return document.activeElement.tagName"), "H1");
    assert.equal(await tab.run("return location.hash"), "#main/lobby");
  },
  "who only listens can switch the microphone on": async (tab) => {
    await tab.run(
      "document.querySelector('input').value = 'Alice'; document.querySelectorAll('form > .line button')[1].click(); await until('.room-screen')",
    );
    assert.equal(await status(tab), "You only listen.");
    await tab.run(
      "[...document.querySelectorAll('.dock button')].find((one) => one.textContent === 'Switch the microphone on').click()",
    );
    await settled(tab);
    assert.equal(await status(tab), "Speak, and lobby hears you.");
  },
  "joining can be given up": async (tab, address) => {
    await tab.open(`${address}?scene=slow`);
    await tab.run("document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit()");
    const buttons = "[...document.querySelectorAll('form > .line button')].map((one) => one.textContent).join()";
    await until(tab, `${buttons} === 'Joining…,Cancel'`);
    await tab.run("document.querySelectorAll('form > .line button')[1].click()");
    await until(tab, `${buttons} === 'Join and talk,Just listen'`);
  },
  "a volume is remembered for the next visit": async (tab) => {
    await enter(tab, "voice");
    await tab.run(
      "const volume = document.querySelector(\"[aria-label='Volume of Bob']\"); volume.value = 50; volume.dispatchEvent(new Event('input'))",
    );
    assert.deepEqual(await tab.run("return JSON.parse(localStorage.getItem('consonance')).players"), {
      Bob: { volume: 0.5, muted: false },
    });
  },
  "a reload goes on with the visit, and leaving ends it": async (tab) => {
    await enter(tab, "voice");
    await tab.tell("Page.reload");
    await until(
      tab,
      "document.querySelector('.room-screen') && performance.getEntriesByType('navigation')[0].type === 'reload'",
    );
    await tab.run("document.querySelector('[aria-label=Leave]').click(); await until('.narrow h1')");
    await tab.tell("Page.reload");
    await until(tab, "document.querySelector('form input')");
    assert.equal(await tab.run("await pause(300); return document.querySelector('.room-screen')"), null);
  },
  "every control has a name": async (tab) => {
    await enter(tab, "push-to-talk");
    await tab.run(
      "document.querySelector('.map [role=switch]').click(); await until('.marker'); document.querySelectorAll('[aria-expanded]').forEach((one) => one.click())",
    );
    const { nodes } = await tab.tell("Accessibility.getFullAXTree");
    const controls = nodes.filter((node) => !node.ignored && CONTROLS.has(node.role?.value));
    assert.deepEqual(
      controls.filter((node) => !node.name?.value).map((node) => node.role.value),
      [],
    );
    assert.ok(controls.length > 30, `only ${controls.length} controls`);
  },
};

/** Whether all of an element's height is in the window, with nothing over its middle. */
const IS_SEEN = `const isSeen = (one) => {
  const { top, bottom, left, width } = one.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, (top + bottom) / 2);
  return top >= 0 && bottom <= innerHeight && one.contains(above);
};`;
const CONTROLS = new Set(["button", "checkbox", "switch", "radio", "slider", "textbox", "combobox", "link", "tab"]);
const SHIFT = 8;
/** Chromium acts on these by number. */
const KEY_CODES = {
  Space: 32,
  Enter: 13,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  Delete: 46,
  Escape: 27,
  KeyV: 86,
};

if (findBrowser() === undefined) {
  console.log("try: skipped, there is no Chromium; install it to try the page's keys and buttons");
} else {
  await withPage(tryAll);
}

async function tryAll(tab, address) {
  let failed = 0;
  for (const [rule, attempt] of Object.entries(ATTEMPTS)) {
    await desk(tab);
    await tab.open(`${address}?scene=plain&${encodeURIComponent(rule)}`);
    const problem = await attempt(tab, address).catch((error) => error);
    if (problem) failed += 1;
    console.log(problem ? `✗ ${rule}\n${problem.stack}` : `✓ ${rule}`);
  }
  console.log(`${Object.keys(ATTEMPTS).length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

async function desk(tab) {
  await tab.tell("Emulation.setTouchEmulationEnabled", { enabled: false });
  await tab.tell("Emulation.setDeviceMetricsOverride", {
    width: 1280,
    height: 900,
    deviceScaleFactor: 1,
    mobile: false,
  });
}

/** A phone with so many pixels to see. */
async function phone(tab, width = 360, height = 640) {
  await tab.tell("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 5 });
  await tab.tell("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 2, mobile: true });
}

function touch(tab, type, ...touchPoints) {
  return tab.tell("Input.dispatchTouchEvent", { type, touchPoints });
}

/** Joins as Alice, and lets voice through in this way. */
async function enter(tab, activation) {
  await tab.run(
    "document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit(); await until('.room-screen')",
  );
  if (activation)
    await tab.run(`document.querySelector('[value=${activation}]').click(); document.activeElement.blur()`);
  await settled(tab);
}

async function status(tab) {
  await settled(tab);
  return tab.run("return document.querySelector('.status').textContent");
}

/** What was changed is drawn. */
function settled(tab) {
  return tab.run("for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)");
}

function until(tab, condition) {
  return tab.run(
    `for (let tries = 0; !(${condition}); tries += 1) { if (tries > 500) throw new Error("this does not come: " + ${JSON.stringify(condition)}); await pause(10); }`,
  );
}

function press(tab, code, type, text, modifiers = 0) {
  const key = { Space: " ", KeyV: "v" }[code] ?? code;
  return tab.tell("Input.dispatchKeyEvent", {
    type,
    code,
    key,
    modifiers,
    windowsVirtualKeyCode: KEY_CODES[code] ?? 0,
    ...(text ? { text } : {}),
  });
}

function middle(tab, selector) {
  return tab.run(
    `const box = document.querySelector("${selector}").getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }`,
  );
}

async function click(tab, selector, ...types) {
  const { x, y } = await middle(tab, selector);
  for (const type of types) await tab.tell("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
}
