// Screenshots of every state of the page, in three widths and two themes, with the fake library. Reports pages that are wider than
// their window and texts with too little contrast.
//
//   node dev/screenshots.mjs FOLDER [STATE…]
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withPage } from "./chromium.mjs";

/** Each state: a scene of the fake library, and the actions in the page before the screenshot. */
const JOIN =
  "document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit(); await until('.room-screen, .field-trouble:not([hidden]), .trouble:not([hidden]), .advice, [tabindex=\"-1\"]')";
const TRY = "document.querySelector('.check button').click(); await until('.meter, .advice')";
const tab = (index) => `; document.querySelectorAll('nav button')[${index}].click()`;
const SETTLE = "; await pause(700)";
const STATES = {
  join: ["plain", ""],
  "join-microphone": ["plain", TRY],
  "join-empty": ["token", "document.querySelector('form').requestSubmit()"],
  "join-password": ["password", ""],
  "join-some-passwords": ["some-passwords", ""],
  "join-token-or-password": ["token-or-password", ""],
  "join-neither": ["token-or-password", JOIN],
  "join-token-and-password": ["token-and-password", ""],
  "join-ticket": ["ticket", ""],
  "join-bad-token": ["bad-token", "document.querySelectorAll('input')[2].value = 'x'; " + JOIN],
  "join-name-taken": ["name-taken", JOIN],
  "join-full": ["full", JOIN],
  "join-no-server": ["no-server", ""],
  "join-denied": ["denied", TRY],
  "join-no-microphone": ["no-microphone", TRY],
  "join-in-use": ["in-use", TRY],
  "join-insecure": ["insecure", TRY],
  people: ["plain", JOIN + SETTLE],
  "people-more": [
    "plain",
    JOIN +
      SETTLE +
      "; for (const more of document.querySelectorAll('[aria-expanded]')) more.click(); document.querySelector('.player-more button').click()",
  ],
  "people-alone": ["alone", JOIN + SETTLE],
  "people-crowd": ["crowd", JOIN + SETTLE],
  captions: [
    "captions",
    JOIN +
      SETTLE +
      tab(3) +
      "; [...document.querySelectorAll('.sound .switch')].find((one) => one.textContent.startsWith('Captions')).click()" +
      tab(0) +
      SETTLE,
  ],
  chat: ["plain", JOIN + SETTLE + tab(1)],
  "chat-player": ["plain", JOIN + SETTLE + tab(1) + "; document.querySelectorAll('.chat .toggle')[1].click()"],
  "map-off": ["plain", JOIN + SETTLE + tab(2)],
  map: ["plain", JOIN + SETTLE + tab(2) + "; document.querySelector('.map [role=switch]').click()"],
  "map-placed": ["placed", JOIN + SETTLE + tab(2) + "; document.querySelector('.map [role=switch]').click()"],
  sound: ["plain", JOIN + SETTLE + tab(3)],
  "push-to-talk": ["plain", JOIN + SETTLE + "; document.querySelector('[value=push-to-talk]').click()"],
  talking: [
    "plain",
    JOIN +
      SETTLE +
      "; document.querySelector('[value=push-to-talk]').click(); dispatchEvent(new KeyboardEvent('keydown', { code: 'Space' }))",
  ],
  muted: ["plain", JOIN + SETTLE + "; document.querySelector('.mute').click()"],
  connection: ["plain", JOIN + SETTLE + "; document.querySelector('summary').click()"],
  "connection-poor": ["poor", JOIN + SETTLE + "; document.querySelector('summary').click()"],
  reconnecting: ["reconnecting", JOIN + SETTLE],
  closing: ["closing", JOIN + SETTLE],
  kicked: ["kicked", JOIN + SETTLE],
  "name-taken": ["taken", JOIN + SETTLE],
  banned: ["banned", JOIN + SETTLE],
  listening: ["plain", JOIN.replace("form').requestSubmit()", "form > .line button:not(.main)').click()")],
  left: ["plain", JOIN + SETTLE + "; document.querySelector('[aria-label=Leave]').click()"],
};
const SIZES = [
  [360, 740],
  [768, 1024],
  [1280, 800],
];

/** The same measure as the tests in a real browser: one line per text with too little contrast. */
const CONTRAST = await readFile(new URL("../../crates/testing/src/stage/tab/contrast.js", import.meta.url), "utf8");

const [folder, ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await withPage(async (tab, address) => {
  for (const [name, [scene, script]] of Object.entries(STATES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const [width, height] of SIZES) {
      const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
      await tab.tell("Emulation.setDeviceMetricsOverride", metrics);
      await tab.open(`${address}?scene=${scene}&${name}-${width}`);
      await tab.run(`${script}; document.activeElement.blur(); await pause(150)`);
      for (const theme of ["light", "dark"]) await take(tab, `${name}-${width}-${theme}`, theme);
    }
    console.log(name);
  }
});

async function take(tab, name, theme) {
  await tab.run(`document.documentElement.dataset.theme = '${theme}'; await pause(250)`);
  const excess = await tab.run("return document.documentElement.scrollWidth - innerWidth");
  if (excess > 0) console.log(`${name}: ${excess} px wider than the window`);
  for (const faint of await tab.run(`return (${CONTRAST})`)) console.log(`${name}: ${faint}`);
  const { data } = await tab.tell("Page.captureScreenshot", { format: "png" });
  await writeFile(join(folder, `${name}.png`), Buffer.from(data, "base64"));
}
