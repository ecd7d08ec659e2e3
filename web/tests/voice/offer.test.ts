import assert from "node:assert/strict";
import { test } from "node:test";

import { withOpusParameters, withPacketTime, withStereo } from "../../src/voice/offer.ts";

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

const opus = (parameters: string) => lines("m=audio 9 X 111 63", "a=rtpmap:63 red/48000/2", "a=rtpmap:111 opus/48000/2", `a=fmtp:111 ${parameters}`);

test("prefers two channels of Opus once, in as many audio sections as it should", () => {
  const offer = lines("v=0") + opus("minptime=10;useinbandfec=1") + opus("useinbandfec=1") + lines("m=application 9 Y z");
  const both = lines("v=0") + opus("minptime=10;useinbandfec=1;stereo=1") + opus("useinbandfec=1;stereo=1") + lines("m=application 9 Y z");
  const first = lines("v=0") + opus("minptime=10;useinbandfec=1;stereo=1") + opus("useinbandfec=1") + lines("m=application 9 Y z");
  assert.equal(withStereo(offer), both);
  assert.equal(withStereo(both), both);
  assert.equal(withOpusParameters(offer, ["stereo=1"], 1), first);
});

test("prefers two channels where Opus has no parameters yet, and leaves other codecs alone", () => {
  const bare = lines("m=audio 9 X 111", "a=rtpmap:111 opus/48000/2", "a=mid:0");
  assert.equal(withStereo(bare), lines("m=audio 9 X 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 stereo=1", "a=mid:0"));
  const other = lines("m=audio 9 X 8", "a=rtpmap:8 PCMA/8000");
  assert.equal(withStereo(other), other);
  const refused = opus("stereo=0");
  assert.equal(withStereo(refused), refused);
});

test("parameters of Opus are added beside each other, and those that are there stay", () => {
  const sdp = lines("m=audio 9 X 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;cbr=0");
  const expected = lines("m=audio 9 X 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;cbr=0;usedtx=0");
  assert.equal(withOpusParameters(sdp, ["cbr=1", "usedtx=0"]), expected);
});
