import assert from "node:assert/strict";
import { test } from "node:test";

import { type MicrophoneCode, VoiceProblem, microphoneProblem } from "../../src/voice/problem.ts";

const rows: [name: string, permission: PermissionState | null, code: MicrophoneCode][] = [
  ["NotAllowedError", "denied", "denied"],
  ["NotAllowedError", "prompt", "dismissed"],
  ["NotAllowedError", null, "denied"],
  ["SecurityError", null, "denied"],
  ["NotFoundError", "granted", "no-microphone"],
  ["OverconstrainedError", "granted", "no-microphone"],
  ["NotReadableError", "granted", "in-use"],
  ["AbortError", "granted", "in-use"],
];

for (const [name, permission, code] of rows) {
  test(`${name} with permission ${permission} is ${code}`, () => {
    const problem = microphoneProblem(Object.assign(new Error("no"), { name }), permission);
    assert.equal(problem.code, code);
    assert.match(problem.message, /\.$/);
  });
}

for (const [words, shown] of [
  ["the server is full: try again later", "The server is full: try again later."],
  ["Allow it, then try again.", "Allow it, then try again."],
  ["élan?", "Élan?"],
  ["", ""],
] as const) {
  test(`“${words}” is shown as “${shown}”`, () => assert.equal(new VoiceProblem("other", words).message, shown));
}
