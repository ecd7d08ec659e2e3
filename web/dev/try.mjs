// Tries what only a browser shows: keys, held buttons, focus and what is read out, with the fake library. Says what does not do as it
// should, and ends with an error then.
//
//   node dev/try.mjs
import { findBrowser, withPage } from "./chromium.mjs";
import { desk } from "./try/hands.mjs";
import { KEYS } from "./try/keys.mjs";
import { ROOM } from "./try/room.mjs";
import { TOUCH } from "./try/touch.mjs";
import { VISIT } from "./try/visit.mjs";

/** Rules, and what is done to see whether they are kept. */
const ATTEMPTS = { ...KEYS, ...TOUCH, ...ROOM, ...VISIT };

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
