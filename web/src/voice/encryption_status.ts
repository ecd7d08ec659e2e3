// What the worker tells of the encryption, as pages see it.

import type { EncryptionEvent, EncryptionStatus } from "./encryption_api.ts";

/** As long as nothing is known. */
export const NOT_ENCRYPTED: EncryptionStatus = {
  state: "off",
  epoch: null,
  safetyNumber: null,
  members: [],
  plainRooms: [],
  counts: { opened: 0, refused: 0 },
  identityKey: null,
  knownKeys: null,
};

/** The status but for the keys to be kept. The worker is a part of this library, so its fields are what they should be. */
export function readStatus(json: string): Omit<EncryptionStatus, "identityKey" | "knownKeys"> {
  return JSON.parse(json) as Omit<EncryptionStatus, "identityKey" | "knownKeys">;
}

/** Undefined for an event of a kind that is not known. */
export function readEvent(json: string): EncryptionEvent | undefined {
  const event = JSON.parse(json) as EncryptionEvent;
  return KINDS.has(event.type) ? event : undefined;
}

const KINDS: ReadonlySet<string> = new Set<EncryptionEvent["type"]>([
  "roomsChanged",
  "keyChanged",
  "forked",
  "weakened",
  "withheld",
  "knownKeysFull",
  "failed",
  "reportTaken",
  "reportRefused",
]);
