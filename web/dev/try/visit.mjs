// Joining, leaving, and what is remembered between visits.
import assert from "node:assert/strict";
import { allow, enter, until } from "./hands.mjs";

export const VISIT = {
  "an invalid form shows the error at its field, and focuses it": async (tab) => {
    await tab.run("document.querySelector('form').requestSubmit()");
    await until(tab, "document.activeElement.getAttribute('aria-invalid') === 'true'");
    const about =
      "document.activeElement.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent).join('')";
    assert.equal(await tab.run(`return ${about}`), "Please enter a name.");
  },
  "a page shows the token, the password or both, as the server requires": async (tab, address) => {
    for (const [scene, fields] of [
      ["plain", {}],
      ["token", { token: "T" }],
      ["password", { password: "P" }],
      ["some-passwords", { password: "P" }],
      ["some-passwords", { password: "" }],
      ["token-or-password", { token: "T", password: "" }],
      ["token-or-password", { token: "", password: "P" }],
      ["token-and-password", { token: "T", password: "P" }],
      ["ticket", { token: "", password: "" }],
    ]) {
      await tab.open(`${address}?scene=${scene}&${JSON.stringify(fields)}`);
      const labels = await tab.run(`const labels = { "Invitation token": "token", Password: "password" };
        await pause(0);
        return [...document.querySelectorAll("[type=password]")].map((input) => labels[input.labels[0].textContent])`);
      assert.deepEqual(labels, Object.keys(fields), scene);
      const joined = await tab.run(`addEventListener("joins", ({ detail }) => (window.shown = detail));
        const values = ${JSON.stringify(Object.values(fields))};
        for (const input of document.querySelectorAll("[type=password]")) input.value = values.shift();
        document.querySelector("input").value = "Alice"; document.querySelector("form").requestSubmit();
        await until(".room-screen"); return window.shown`);
      const shown = Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ""));
      assert.deepEqual(joined, shown, scene);
    }
  },
  "with neither of two secrets an error is shown, and then one of them is enough": async (tab, address) => {
    await tab.open(`${address}?scene=token-or-password`);
    await tab.run(`document.querySelector("input").value = "Alice"; document.querySelector("form").requestSubmit();
      const trouble = await until(".field-trouble:not([hidden])");
      if (trouble.textContent !== "This server requires a token or a password.") throw new Error(trouble.textContent);
      document.querySelectorAll("[type=password]")[1].value = "P";
      document.querySelector("form").requestSubmit(); await until(".room-screen")`);
  },
  "joining can be cancelled": async (tab, address) => {
    await tab.open(`${address}?scene=slow`);
    await tab.run("document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit()");
    const buttons = "[...document.querySelectorAll('form > .line button')].map((one) => one.textContent).join()";
    await until(tab, `${buttons} === 'Joining…,Cancel'`);
    await tab.run("document.querySelectorAll('form > .line button')[1].click()");
    await until(tab, `${buttons} === 'Join and talk,Just listen'`);
  },
  "joining can be cancelled while the server takes its time, too": async (tab, address) => {
    await tab.open(`${address}?scene=mute`);
    await tab.run("document.querySelector('input').value = 'Alice'; document.querySelector('form').requestSubmit()");
    const buttons = "[...document.querySelectorAll('form > .line button')].map((one) => one.textContent).join()";
    await until(tab, `${buttons} === 'Joining…,Cancel'`);
    await tab.run("document.querySelectorAll('form > .line button')[1].click()");
    assert.equal(await tab.run(`return ${buttons}`), "Join and talk,Just listen");
  },
  "repeated attempts request the microphone once": async (tab, address) => {
    await tab.open(`${address}?scene=dismissed`);
    await tab.run(`window.opened = 0; addEventListener('microphone-opened', () => (window.opened += 1));
      document.querySelector('.check button').click(); const again = await until('.advice button');
      again.click(); again.click()`);
    await allow(tab);
    await until(tab, "document.querySelector('.check select')");
    assert.equal(await tab.run("return window.opened"), 1);
  },
  "any error of opening a microphone is shown": async (tab, address) => {
    await tab.open(`${address}?scene=unloaded`);
    await tab.run("document.querySelector('.check button').click(); await until('.check .advice')");
    assert.equal(await tab.run("return document.querySelector('.check .advice').textContent"), "The microphone is off.Try againJoin without microphone");
  },
  "a test of the microphone ends with the form": async (tab) => {
    await tab.run(`addEventListener('recording-ended', () => (window.hasEnded = true));
      document.querySelector('.check button').click(); await until('.check select');
      [...document.querySelectorAll('.check button')].find((one) => one.textContent === 'Record 3 seconds').click()`);
    await enter(tab, "voice");
    assert.equal(await tab.run("return window.hasEnded"), true);
  },
  "a microphone allowed after joining without it is closed": async (tab, address) => {
    await tab.open(`${address}?scene=asking`);
    await tab.run("document.querySelector('input').value = 'Alice'; document.querySelector('.check button').click()");
    await tab.run("document.querySelectorAll('form > .line button')[1].click()");
    await until(tab, "document.querySelector('.room-screen')");
    await tab.run("addEventListener('microphone-closed', () => (window.isClosed = true))");
    await allow(tab);
    await until(tab, "window.isClosed");
  },
  "a volume is remembered for the next visit": async (tab) => {
    await enter(tab, "voice");
    await tab.run(
      "const volume = document.querySelector(\"[aria-label='Volume of Bob']\"); volume.value = 50; volume.dispatchEvent(new Event('input'))",
    );
    assert.deepEqual(await tab.run("return JSON.parse(localStorage.getItem('consonance')).players"), [
      ["Bob", { volume: 0.5, muted: false }],
    ]);
  },
  "a reload resumes the visit, and leaving ends it": async (tab) => {
    await enter(tab, "voice");
    await tab.tell("Page.reload");
    await until(
      tab,
      "document.querySelector('.room-screen') && performance.getEntriesByType('navigation')[0].type === 'reload'",
    );
    await tab.run("document.querySelector('[aria-label=Leave]').click(); await until('.narrow h1')");
    await tab.tell("Page.reload");
    await until(tab, "document.querySelector('form input')");
    assert.equal(await tab.run("await pause(300); return document.querySelector('.room-screen')"), null);
  },
  "a refused microphone offers to join without one": async (tab, address) => {
    await tab.open(`${address}?scene=denied&without`);
    await tab.run(`document.querySelector("input").value = "Alice"; document.querySelector(".check button").click();
      const advice = await until(".check .advice");
      [...advice.querySelectorAll("button")].find((one) => one.textContent === "Join without microphone").click();
      await until(".room-screen")`);
  },
  "nobody is asked to share the link while the connection is lost": async (tab, address) => {
    for (const [scene, words] of [["alone", "No listeners yet. Share the link!"], ["alone-and-away", "Nobody can join while the connection is lost."]]) {
      await tab.open(`${address}?scene=${scene}`);
      await enter(tab, "voice");
      await until(tab, `document.querySelector(".room-screen").innerText.includes(${JSON.stringify(words)})`);
    }
  },
  "a blocked UDP is said, and that another way is tried": async (tab, address) => {
    await tab.open(`${address}?scene=blocked`);
    await tab.run(`document.querySelector("input").value = "Alice"; document.querySelector("form").requestSubmit();
      const trouble = await until(".trouble:not([hidden])");
      if (!trouble.textContent.includes("Trying another way")) throw new Error(trouble.textContent)`);
  },
  "a server that does not admit the page is not one that cannot be reached": async (tab, address) => {
    await tab.open(`${address}?scene=foreign`);
    await tab.run(`const trouble = await until(".trouble:not([hidden])");
      if (!trouble.textContent.startsWith("A page of another site")) throw new Error(trouble.textContent)`);
  },
};
