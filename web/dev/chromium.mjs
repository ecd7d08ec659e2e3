// Headless Chromium, driven over a pipe with its DevTools protocol. The variable `CHROME` may name the browser.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "./server.mjs";

/** The browser's command; undefined if there is none. */
export function findBrowser() {
  const names = process.env.CHROME ? [process.env.CHROME] : ["chromium", "google-chrome", "chromium-browser"];
  return names.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
}

/**
 * Opens tabs that know nothing of each other, and a server with the fake library, while `use` runs for each tab. `use` gets the tab and the
 * server's address.
 */
export async function withPage(use, tabs = 1) {
  const server = await serve(0, true);
  const profile = await mkdtemp(join(tmpdir(), "consonance-page-"));
  const browser = spawn(findBrowser() ?? "chromium", [...ARGUMENTS, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
  });
  const ended = new Promise((ended) => browser.once("close", ended));
  const isLost = Promise.race([ended, once(browser, "error")]).then(() =>
    Promise.reject(new Error("the browser has ended")),
  );
  try {
    const call = connection(browser.stdio[3], browser.stdio[4]);
    const address = `http://127.0.0.1:${server.address().port}/`;
    const uses = Array.from({ length: tabs }, () => useTab(call, use, address));
    await Promise.race([isLost, Promise.all(uses)]);
  } finally {
    browser.kill();
    await ended;
    isLost.catch(() => undefined);
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function useTab(call, use, address) {
  const { browserContextId } = await call("Target.createBrowserContext");
  const { targetId } = await call("Target.createTarget", { url: "about:blank", browserContextId });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const tab = new Tab((method, parameters = {}) => call(method, parameters, sessionId));
  await tab.tell("Runtime.enable");
  await tab.tell("Log.enable");
  await use(tab, address);
}

class Tab {
  /** `tell` calls a method of the protocol. */
  constructor(tell) {
    this.tell = tell;
  }

  /** Opens an address with empty storage. */
  async open(address) {
    await this.tell("Storage.clearDataForOrigin", { origin: new URL(address).origin, storageTypes: "local_storage" });
    await this.tell("Page.navigate", { url: address });
    await this.run("await until('form')");
  }

  /** Runs a script in the page, in which `until(selector)` and `pause(ms)` wait; resolves to its result. */
  async run(script) {
    const expression = `(async () => { ${HELPERS} ${script} })()`;
    const { result, exceptionDetails } = await this.tell("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
}

const ARGUMENTS = [
  "--headless=new",
  "--disable-gpu",
  "--hide-scrollbars",
  "--force-color-profile=srgb",
  "--remote-debugging-pipe",
  // Chromium refuses to run as root otherwise.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

const HELPERS = `
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const until = async (what) => {
    for (let tries = 0; tries < 500; tries += 1) {
      const found = document.querySelector(what);
      if (found) return found;
      await pause(10);
    }
    throw new Error("there is no " + what);
  };`;

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
