// Pictures of every state of the page, in three widths and two themes, with the fake library. Says where a page is wider than its window
// and which texts are too faint.
//
//   node dev/screenshots.mjs FOLDER [SCENE…]     `CHROME` names the browser; `chromium` where it is not set
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "./server.mjs";

/** Each state: a scene of the fake library, and what is done in the page before the picture is taken. */
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
  left: ["plain", JOIN + SETTLE + "; document.querySelector('[aria-label=Leave]').click()"],
};
const SIZES = [
  [360, 740],
  [768, 1024],
  [1280, 800],
];
const HELPERS =
  "const pause = (ms) => new Promise((done) => setTimeout(done, ms)); const until = async (what) => { for (let tries = 0; tries < 200 && !document.querySelector(what); tries += 1) await pause(20); };";

/** The measure of the tests in a real browser: every text that is too faint, a line for each. */
const CONTRAST = await readFile(new URL("../../crates/browser-test/src/tab/contrast.js", import.meta.url), "utf8");

const [folder, ...wanted] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const server = await serve();
const profile = await mkdtemp(join(tmpdir(), "consonance-page-"));
const browser = spawn(
  process.env.CHROME ?? "chromium",
  [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    `--user-data-dir=${profile}`,
    "--remote-debugging-pipe",
    "about:blank",
  ],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
);
try {
  await takeAll(connection(browser.stdio[3], browser.stdio[4]), `http://127.0.0.1:${server.address().port}/`);
} finally {
  browser.kill();
  await new Promise((ended) => browser.once("exit", ended));
  server.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

async function takeAll(call, address) {
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const tell = (method, parameters = {}) => call(method, parameters, sessionId);
  await tell("Runtime.enable");
  await tell("Log.enable");
  for (const [name, [scene, script]] of Object.entries(STATES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    for (const [width, height] of SIZES) {
      await tell("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      await tell("Storage.clearDataForOrigin", { origin: address, storageTypes: "local_storage" });
      await tell("Page.navigate", { url: `${address}?scene=${scene}&${name}-${width}` });
      await run(tell, `${HELPERS} await until('form'); ${script}; document.activeElement.blur(); await pause(150)`);
      const wide = await run(tell, "return document.documentElement.scrollWidth - innerWidth");
      if (wide > 0) console.log(`${name} at ${width}: ${wide} px wider than the window`);
      for (const theme of ["light", "dark"]) {
        await run(
          tell,
          `document.documentElement.dataset.theme = '${theme}'; await new Promise((done) => setTimeout(done, 250))`,
        );
        for (const faint of await run(tell, `return (${CONTRAST})`))
          console.log(`${name} at ${width}, ${theme}: ${faint}`);
        const { data } = await tell("Page.captureScreenshot", { format: "png" });
        await writeFile(join(folder, `${name}-${width}-${theme}.png`), Buffer.from(data, "base64"));
      }
    }
    console.log(name);
  }
}

async function run(tell, script) {
  const { result, exceptionDetails } = await tell("Runtime.evaluate", {
    expression: `(async () => { ${script} })()`,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) console.log(`in the page: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  return result.value;
}

/** Chromium's DevTools protocol over a pipe: JSON with a NUL after each message. */
function connection(toBrowser, fromBrowser) {
  const waiting = new Map();
  let [lastId, rest] = [0, ""];
  fromBrowser.setEncoding("utf8").on("data", (text) => {
    const messages = (rest + text).split("\0");
    rest = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
      if (message.method === "Runtime.exceptionThrown")
        console.log(`in the page: ${message.params.exceptionDetails.exception?.description}`);
      if (message.method === "Log.entryAdded" && message.params.entry.level === "error")
        console.log(`in the page: ${message.params.entry.text}`);
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (message.error) reject?.(new Error(message.error.message));
      else resolve?.(message.result);
    }
  });
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      toBrowser.write(JSON.stringify({ id: lastId, method, params, sessionId }) + "\0");
    });
}
