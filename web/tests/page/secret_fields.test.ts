import assert from "node:assert/strict";
import { test } from "node:test";

import { secretFault, shownSecrets, type Shown } from "../../src/page/secret_fields.ts";
import type { SecretRequirement } from "../../src/voice/index.ts";

const [neither, token, password, both]: Shown[] = [
  { token: "", password: "" },
  { token: "T", password: "" },
  { token: "", password: "P" },
  { token: "T", password: "P" },
] as const;

const rows: [of: [token: SecretRequirement, password: SecretRequirement], faulty: [Shown, field: string, words: string][], enough: Shown[]][] = [
  [["no", "no"], [], [neither]],
  [["required", "no"], [[neither, "token", "This server requires a token."]], [token]],
  [["no", "required"], [[neither, "password", "This server requires a password."]], [password]],
  [["no", "optional"], [], [neither, password]],
  [["optional", "optional"], [], [neither, token, password, both]],
  [["either", "either"], [[neither, "token", "This server requires a token or a password."]], [token, password, both]],
  [
    ["required", "required"],
    [
      [neither, "token", "This server requires a token."],
      [password, "token", "This server requires a token."],
      [token, "password", "This server requires a password."],
    ],
    [both],
  ],
  [["required", "optional"], [[password, "token", "This server requires a token."]], [token, both]],
  [["optional", "required"], [[token, "password", "This server requires a password."]], [password, both]],
];

for (const [[ofToken, ofPassword], faulty, enough] of rows) {
  const asked = { token: ofToken, password: ofPassword };
  test(`with a token ${ofToken} and a password ${ofPassword}, reports missing secrets and sends sufficient ones`, () => {
    for (const [shown, field, words] of faulty) assert.deepEqual(secretFault(asked, shown), { field, words });
    for (const shown of enough) {
      assert.equal(secretFault(asked, shown), null, JSON.stringify(shown));
      const sent = Object.entries(shown).filter(([, text]) => text !== "");
      assert.deepEqual(shownSecrets(asked, shown), Object.fromEntries(sent));
    }
  });
}

test("secrets that the server no longer asks for are not sent", () => {
  assert.deepEqual(shownSecrets({ token: "no", password: "no" }, both), {});
  assert.deepEqual(shownSecrets({ token: "required", password: "no" }, both), { token: "T" });
});
