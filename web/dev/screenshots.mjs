// Screenshots of every state of the page, in three widths and two themes, with the fake library. Reports pages that are wider than
// their window and texts with too little contrast.
//
//   node dev/screenshots.mjs FOLDER [STATE…]
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withPage } from "./chromium.mjs";
import { SIZES, STATES } from "./states.mjs";

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
  await tab.run(`document.documentElement.dataset.theme = '${theme}'; await pause(120)`);
  const excess = await tab.run("return document.documentElement.scrollWidth - innerWidth");
  if (excess > 0) console.log(`${name}: ${excess} px wider than the window`);
  for (const faint of await tab.run(`return (${CONTRAST})`)) console.log(`${name}: ${faint}`);
  const { data } = await tab.tell("Page.captureScreenshot", { format: "png" });
  await writeFile(join(folder, `${name}.png`), Buffer.from(data, "base64"));
}
