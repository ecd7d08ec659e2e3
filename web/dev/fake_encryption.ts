// The encryption of a fake session: players whose keys were met before, or never, or with another key.

import type { EncryptedMember, EncryptionStatus, SafetyNumber } from "../src/voice/index.ts";
import { NOT_ENCRYPTED } from "../src/voice/encryption_status.ts";

/** How far a scene's session is encrypted; `plain`, where a player without encryption listens to the lobby. */
export type FakeEncryption = "waiting" | "on" | "plain";

export function fakeEncryption(self: string, how: FakeEncryption | undefined): EncryptionStatus {
  if (how === undefined) return NOT_ENCRYPTED;
  if (how === "waiting") return { ...NOT_ENCRYPTED, state: "waiting" };
  const others: Partial<EncryptedMember>[] = [
    { name: "Bob", recognition: "verified", account: "bob@example.org", accountProof: "attested" },
    { name: "Carol", recognition: "changed", account: "carol", accountProof: "claimed" },
    { name: "Dmitri \u{1f98a}", recognition: "known", isConfirmed: false },
    { name: "<b>Eve</b>", recognition: "new", account: "eve", accountProof: "rejected" },
    { name: "Recorder", recognition: "new", purpose: "recording" },
  ];
  const members = others.map((other, index) => ({ ...MEMBER, ...other, safetyNumber: number(index + 1) }));
  const mine = { ...MEMBER, name: self, recognition: null, safetyNumber: null, isSelf: true };
  return {
    ...NOT_ENCRYPTED,
    state: "on",
    epoch: 7,
    safetyNumber: number(0),
    members: [mine, ...members],
    plainRooms: how === "plain" ? ["lobby"] : [],
  };
}

const MEMBER: EncryptedMember = {
  name: "",
  account: null,
  accountProof: "claimed",
  purpose: null,
  key: "00".repeat(32),
  safetyNumber: null,
  isConfirmed: true,
  recognition: null,
  isSelf: false,
};

/** Six words and six groups of digits, as real ones have. */
function number(seed: number): SafetyNumber {
  const words = Array.from({ length: 6 }, (_, index) => WORDS[(seed * 5 + index * 3) % WORDS.length] ?? "");
  const digits = Array.from({ length: 6 }, (_, index) => String((seed * 7919 + index * 10_007) % 100_000).padStart(5, "0"));
  return { words, digits };
}

const WORDS = ["lusab", "babad", "gutih", "tugad", "mudof", "sakat", "haguz", "biram", "tibup", "zujah", "bazin"];
