// What the worker tells of the encryption, as pages see it.

import type { EncryptionEvent, EncryptionStatus } from "./encryption_api.ts";

/** As long as nothing is known. */
export const NOT_ENCRYPTED: EncryptionStatus = {
  state: "off",
  epoch: null,
  safetyNumber: null,
  members: [],
  counts: { opened: 0, refused: 0 },
  identityKey: null,
};

/** The status without the own key, which is told once. The worker is a part of this library, so its fields are what they should be. */
export function readStatus(json: string): EncryptionStatus {
  return { ...(JSON.parse(json) as Omit<EncryptionStatus, "identityKey">), identityKey: null };
}

/** Undefined for an event of a kind that is not known. */
export function readEvent(json: string): EncryptionEvent | undefined {
  const event = JSON.parse(json) as EncryptionEvent;
  return KINDS.has(event.type) ? event : undefined;
}

const KINDS: ReadonlySet<string> = new Set<EncryptionEvent["type"]>(["roomsChanged", "forked", "weakened", "failed"]);
