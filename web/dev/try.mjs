// Tests what needs a browser: keys, held buttons, focus and announcements, with the fake library. Lists failures, and exits with an
// error if there are any.
//
//   node dev/try.mjs
import { findBrowser, withPage } from "./chromium.mjs";
import { desk } from "./try/hands.mjs";
import { KEYS } from "./try/keys.mjs";
import { ROOM } from "./try/room.mjs";
import { TOUCH } from "./try/touch.mjs";
import { VISIT } from "./try/visit.mjs";

/** Rules, and the actions that check them. */
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
