// Talking with keys and buttons.
import assert from "node:assert/strict";
import { click, enter, press, settled, status } from "./hands.mjs";

export const KEYS = {
  "Space talks outside of text fields, and types in them": async (tab) => {
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
  "Space talks after a click on a button, and presses a button that the keyboard has focused": async (tab) => {
    await enter(tab, "push-to-talk");
    await click(tab, ".mute", "mousePressed", "mouseReleased");
    await click(tab, ".mute", "mousePressed", "mouseReleased");
    await press(tab, "Space", "keyDown");
    assert.equal(await status(tab), "You talk to lobby.");
    await press(tab, "Space", "keyUp");
    await tab.run("document.querySelector('.mute').focus()");
    await press(tab, "Space", "keyDown", " ");
    await press(tab, "Space", "keyUp");
    assert.equal(await status(tab), "You are muted.");
  },
  "the button talks while pressed, by mouse and by key": async (tab) => {
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
  "Space talks when a list of devices has kept the focus after a click": async (tab) => {
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
  "leaving the window releases the key": async (tab) => {
    await enter(tab, "push-to-talk");
    await press(tab, "Space", "keyDown");
    await tab.run("dispatchEvent(new Event('blur'))");
    assert.match(await status(tab), /^Hold/);
  },
  "a whisper reaches one player while its button is held": async (tab) => {
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
  "keys move the threshold, which is remembered": async (tab) => {
    await enter(tab, "voice");
    await tab.run("document.querySelector('.dock .meter input').focus()");
    await press(tab, "ArrowRight", "keyDown");
    await press(tab, "ArrowRight", "keyUp");
    assert.equal(await tab.run("return JSON.parse(localStorage.getItem('consonance')).threshold"), 0.36);
  },
};
