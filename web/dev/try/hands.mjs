// Actions of the tests in the page: keys, mouse, fingers, and waiting for drawing.

export const SHIFT = 8;

export async function desk(tab) {
  await tab.tell("Emulation.setTouchEmulationEnabled", { enabled: false });
  await tab.tell("Emulation.setDeviceMetricsOverride", {
    width: 1280,
    height: 900,
    deviceScaleFactor: 1,
    mobile: false,
  });
}

/** A phone with so many visible pixels. */
export async function phone(tab, width = 360, height = 640) {
  await tab.tell("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 5 });
  await tab.tell("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 2, mobile: true });
}

export function touch(tab, type, ...touchPoints) {
  return tab.tell("Input.dispatchTouchEvent", { type, touchPoints });
}

/** Joins as Alice, with this activation. */
export async function enter(tab, activation) {
  await tab.run(
    "document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit(); await until('.room-screen')",
  );
  if (activation)
    await tab.run(`document.querySelector('[value=${activation}]').click(); document.activeElement.blur()`);
  await settled(tab);
}

/** Allows the microphone, once the browser prompts for it. */
export function allow(tab) {
  return tab.run("await until('[data-prompt]'); dispatchEvent(new Event('allowed')); await pause(0)");
}

/** Another player has left. */
export async function leave(tab, name) {
  await tab.run(`dispatchEvent(new CustomEvent("leaves", { detail: "${name}" }))`);
  await settled(tab);
}

export async function status(tab) {
  await settled(tab);
  return tab.run("return document.querySelector('.status').textContent");
}

/** Waits until changes are drawn. */
export function settled(tab) {
  return tab.run("for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)");
}

export function until(tab, condition) {
  return tab.run(
    `for (let tries = 0; !(${condition}); tries += 1) { if (tries > 500) throw new Error("this does not come: " + ${JSON.stringify(condition)}); await pause(10); }`,
  );
}

export function press(tab, code, type, text, modifiers = 0) {
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

export function middle(tab, selector) {
  return tab.run(
    `const box = document.querySelector("${selector}").getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }`,
  );
}

/** The visible position: earlier changes may move the element. */
export async function click(tab, selector, ...types) {
  await settled(tab);
  const { x, y } = await middle(tab, selector);
  for (const type of types) await tab.tell("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
}

/** Chromium identifies these keys by number. */
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
