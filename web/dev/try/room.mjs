// The room: the map, texts, announcements, and names of controls.
import assert from "node:assert/strict";
import { SHIFT, allow, click, enter, leave, press, settled, status, until } from "./hands.mjs";

export const ROOM = {
  "keys move the own and other players on the map": async (tab) => {
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
  "texts are never markup, and go to the selected conversation": async (tab) => {
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
  "earlier players are not announced, and joins and leaves are announced in batches": async (tab, address) => {
    await tab.open(`${address}?scene=movement`);
    await enter(tab, "voice");
    await tab.run(`globalThis.said = []; const region = document.querySelector('.unseen');
      new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true })`);
    await until(tab, "said.length > 0");
    assert.deepEqual(await tab.run("return said"), ["Greta came. Frank left."]);
  },
  "a device that is being opened stays selected when devices are added and removed": async (tab, address) => {
    await tab.open(`${address}?scene=asking`);
    await tab.run("document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit()");
    await allow(tab);
    await until(tab, "document.querySelector('.sound .voiced select').length === 3");
    const list = "const list = document.querySelector('.sound .voiced select');";
    await tab.run(`${list} list.value = 'b'; list.dispatchEvent(new Event('change')); dispatchEvent(new Event('devices')); await pause(0)`);
    assert.equal(await tab.run(`${list} return list.value`), "b");
    await allow(tab);
    assert.equal(await tab.run(`${list} return list.value`), "b");
    assert.equal(await tab.run("return JSON.parse(localStorage.getItem('consonance')).microphone"), "b");
  },
  "a failed change of the sound is shown": async (tab, address) => {
    await tab.open(`${address}?scene=busy`);
    await enter(tab, "voice");
    await tab.run("document.querySelector('.sound .voiced [role=switch]').click()");
    await settled(tab);
    const words = "return document.querySelector('.sound .voiced > [role=alert]:not([hidden])')?.textContent";
    assert.match(await tab.run(words), /^The microphone is off because another program uses it/);
  },
  "the choice of the push-to-talk key ends with the room": async (tab) => {
    await enter(tab, "push-to-talk");
    await tab.run("[...document.querySelectorAll('.sound button')].find((one) => /Space/.test(one.textContent)).click()");
    await tab.run("dispatchEvent(new Event('closes')); await until('.narrow h1')");
    await tab.run("[...document.querySelectorAll('main button')].at(-1).click(); (await until('form input')).focus()");
    await press(tab, "KeyV", "keyDown", "v");
    assert.equal(await tab.run("return document.activeElement.value.includes('v')"), true);
    assert.equal(await tab.run("return JSON.parse(localStorage.getItem('consonance')).key"), "Space");
  },
  "the focus stays while players above join or leave": async (tab) => {
    await enter(tab, "voice");
    await tab.run("document.querySelector(\"[aria-label='Whisper to Carol: hold']\").focus()");
    await leave(tab, "Bob");
    assert.equal(await tab.run("return document.activeElement.getAttribute('aria-label')"), "Whisper to Carol: hold");
  },
  "the room's heading has the focus when it opens, and the address names the room": async (tab) => {
    await enter(tab, null);
    assert.equal(await tab.run("return document.activeElement.tagName"), "H1");
    assert.equal(await tab.run("return location.hash"), "#main/lobby");
  },
  "a listener can switch the microphone on": async (tab) => {
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

const CONTROLS = new Set(["button", "checkbox", "switch", "radio", "slider", "textbox", "combobox", "link", "tab"]);
