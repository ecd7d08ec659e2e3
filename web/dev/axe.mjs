// Looks with axe-core for what keeps people out of the page: in all its states, on a phone and on a desk, by day and by night. Lists it, and
// exits with an error if there is any. The other pages of a server are looked at by `cargo xtask check browser`.
//
//   node dev/axe.mjs [STATE…]
import { readFile } from "node:fs/promises";
import { findBrowser, withPage } from "./chromium.mjs";
import { STATES } from "./states.mjs";

const AXE = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** Lines for what is found; with `rules`, only these are looked at. */
const find = (rules) => `const { violations } = await axe.run(document, { resultTypes: ["violations"], ${rules} });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => id + ": " + help + ": " + target.join(" ")))`;
/** Widths, heights, themes, and the rules that depend on those: colours do on themes. */
const LOOKS = [
  [1200, 800, "light", ""],
  [1200, 800, "dark", "runOnly: ['color-contrast']"],
  [360, 740, "dark", "runOnly: ['color-contrast']"],
  [360, 740, "light", ""],
];
/** Looking is mostly waiting for the page. */
const TABS = 3;

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(STATES);

if (findBrowser() === undefined) {
  console.log("axe: skipped, there is no Chromium; install it to look for what keeps people out of the page");
} else {
  const found = [];
  const left = wanted.values();
  await withPage(async (tab, address) => {
    for (const name of left) found.push(...(await look(tab, address, name)));
  }, TABS);
  for (const line of found) console.log(line);
  console.log(`axe: ${wanted.length} states in ${LOOKS.length} looks, ${found.length} findings`);
  if (found.length > 0) process.exitCode = 1;
}

/** All findings in a state, one line each. */
async function look(tab, address, name) {
  const [scene, script] = STATES[name];
  const found = [];
  // Otherwise colours are looked at while they change.
  await tab.tell("Emulation.setEmulatedMedia", { features: [{ name: "prefers-reduced-motion", value: "reduce" }] });
  await resize(tab, LOOKS[0]);
  await tab.open(`${address}?scene=${scene}&${name}`);
  await tab.run(`${script}; document.activeElement.blur(); await pause(50)`);
  await tab.run(`${AXE}; return null`);
  for (const look of LOOKS) {
    await resize(tab, look);
    const [width, , theme, rules] = look;
    await tab.run(`document.documentElement.dataset.theme = "${theme}"; await pause(50)`);
    for (const line of await tab.run(find(rules))) found.push(`${name}, ${width} px, ${theme}: ${line}`);
  }
  return found;
}

function resize(tab, [width, height]) {
  return tab.tell("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
}
