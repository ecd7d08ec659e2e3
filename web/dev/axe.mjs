// Looks with axe-core for what keeps people out of the page, in its states and both themes. Lists it, and exits with an error if there
// is any. The other pages of a server are looked at by `cargo xtask browser-test`.
//
//   node dev/axe.mjs [STATE…]
import { readFile } from "node:fs/promises";
import { findBrowser, withPage } from "./chromium.mjs";
import { STATES } from "./states.mjs";

const AXE = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const FIND = `const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => id + ": " + help + ": " + target.join(" ")))`;

/** Each has another part of the page in sight. */
const USUAL = ["join-microphone", "join-denied", "join-token-or-password", "people-more", "captions", "chat-player", "map-placed", "sound", "push-to-talk", "connection", "reconnecting", "banned"];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : USUAL;

if (findBrowser() === undefined) {
  console.log("axe: skipped, there is no Chromium; install it to look for what keeps people out of the page");
} else {
  await withPage(lookAtAll);
}

async function lookAtAll(tab, address) {
  let found = 0;
  await tab.tell("Emulation.setDeviceMetricsOverride", { width: 768, height: 1024, deviceScaleFactor: 1, mobile: false });
  // Otherwise colours are looked at while they change.
  await tab.tell("Emulation.setEmulatedMedia", { features: [{ name: "prefers-reduced-motion", value: "reduce" }] });
  for (const name of wanted) {
    const [scene, script] = STATES[name];
    await tab.open(`${address}?scene=${scene}&${name}`);
    await tab.run(`${script}; document.activeElement.blur(); await pause(150)`);
    await tab.run(`${AXE}; return null`);
    for (const theme of ["light", "dark"]) {
      await tab.run(`document.documentElement.dataset.theme = "${theme}"; await pause(250)`);
      const lines = await tab.run(FIND);
      found += lines.length;
      for (const line of lines) console.log(`${name}, ${theme}: ${line}`);
    }
  }
  console.log(`axe: ${wanted.length} states in two themes, ${found} findings`);
  if (found > 0) process.exitCode = 1;
}
