import assert from "node:assert/strict";
import { test } from "node:test";

import { type MicrophoneCode, microphoneProblem } from "../../src/voice/problem.ts";

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
