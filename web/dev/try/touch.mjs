// Talking with fingers, on a phone.
import assert from "node:assert/strict";
import { click, enter, leave, middle, phone, settled, status, touch, until } from "./hands.mjs";

export const TOUCH = {
  "a finger talks wherever it slides, until all fingers and keys are lifted": async (tab, address) => {
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
  "a long press opens no menu, and neither scrolls nor selects": async (tab, address) => {
    await phone(tab);
    await tab.open(address);
    await enter(tab, "push-to-talk");
    const menu = "new MouseEvent('contextmenu', { bubbles: true, cancelable: true })";
    assert.equal(await tab.run(`return document.querySelector('.talk').dispatchEvent(${menu})`), false);
    const style = "const { touchAction, userSelect } = getComputedStyle(document.querySelector('.talk'))";
    assert.deepEqual(await tab.run(`${style}; return [touchAction, userSelect]`), ["none", "none"]);
  },
  "hiding, rotating or leaving the page releases the button that a finger holds": async (tab, address) => {
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
  "a whisper ends when its player leaves, not when another one does": async (tab, address) => {
    await phone(tab);
    await tab.open(address);
    await enter(tab, "voice");
    const { x, y } = await middle(tab, "[aria-label='Whisper to Carol: hold']");
    await touch(tab, "touchStart", { x, y });
    assert.equal(await status(tab), "Only Carol hears you.");
    await leave(tab, "Bob");
    assert.equal(await status(tab), "Only Carol hears you.");
    await leave(tab, "Carol");
    await touch(tab, "touchEnd");
    assert.equal(await status(tab), "Speak, and lobby hears you.");
  },
  "muting while the button is held ends talking": async (tab, address) => {
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
  "the input field and the last message are visible above a phone's keyboard": async (tab, address) => {
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
};

/** Whether an element's full height is in the window, and its middle is not covered. */
const IS_SEEN = `const isSeen = (one) => {
  const { top, bottom, left, width } = one.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, (top + bottom) / 2);
  return top >= 0 && bottom <= innerHeight && one.contains(above);
};`;
