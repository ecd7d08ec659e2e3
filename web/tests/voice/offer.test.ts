import assert from "node:assert/strict";
import { test } from "node:test";

import { withPacketTime } from "../../src/voice/offer.ts";

const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join("");

test("requests packets of 20 ms once in every audio section, and changes nothing else", () => {
  const offer = lines("v=0", "m=audio 9 X 111", "a=mid:0", "a=ptime:60", "m=audio 9 X 111", "m=application 9 Y z", "a=mid:2");
  const expected = lines(
    "v=0",
    "m=audio 9 X 111",
    "a=mid:0",
    "a=ptime:20",
    "a=maxptime:20",
    "m=audio 9 X 111",
    "a=ptime:20",
    "a=maxptime:20",
    "m=application 9 Y z",
    "a=mid:2",
  );
  assert.equal(withPacketTime(offer), expected);
  assert.equal(withPacketTime(expected), expected);
});
