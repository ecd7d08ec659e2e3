import assert from "node:assert/strict";
import test from "node:test";

import { canBeChosen, keyName, talksWith } from "../../src/page/talk_key.ts";

test("a key talks unless the focused element uses it", () => {
  const cases: [string, string, string, boolean][] = [
    ["Space", "BODY", "", true],
    ["Space", "INPUT", "text", false],
    ["Space", "INPUT", "password", false],
    ["KeyV", "INPUT", "text", false],
    ["Space", "TEXTAREA", "", false],
    ["Space", "SELECT", "", false],
    ["Escape", "SELECT", "", false],
    ["Space", "BUTTON", "", false],
    ["KeyV", "BUTTON", "", true],
    ["Space", "INPUT", "checkbox", false],
    ["Space", "INPUT", "range", true],
    ["ArrowLeft", "INPUT", "range", false],
    ["ArrowLeft", "BODY", "", true],
    ["Tab", "BODY", "", false],
  ];
  for (const [code, tag, type, talks] of cases)
    assert.equal(talksWith(code, { tag, type, isEditable: false, isReached: true }), talks, `${code} on ${tag} ${type}`);
  assert.equal(talksWith("Space", { tag: "DIV", type: "", isEditable: true, isReached: true }), false);
});

test("a key talks when a list has kept the focus from the mouse", () => {
  const list = { tag: "SELECT", type: "", isEditable: false, isReached: false };
  assert.equal(talksWith("Space", list), true);
  assert.equal(talksWith("Tab", list), false);
});

test("keys that the page or the system needs cannot be chosen", () => {
  for (const code of ["Tab", "Escape", "Enter", "MetaLeft", ""]) assert.equal(canBeChosen(code), false, code);
  for (const code of ["Space", "KeyV", "ControlLeft", "F13", "Backquote"]) assert.equal(canBeChosen(code), true, code);
});

test("keys have display names", () => {
  const names = {
    KeyV: "V",
    Digit1: "1",
    Space: "Space",
    ControlLeft: "Left Ctrl",
    ShiftRight: "Right Shift",
    NumpadAdd: "Numpad Add",
    F13: "F13",
    ArrowUp: "↑",
  };
  for (const [code, name] of Object.entries(names)) assert.equal(keyName(code), name);
});
