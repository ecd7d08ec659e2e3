// This browser's key for encrypted sessions, and the keys of the players that it has met.
//
// A group has each key once, so one tab has the key at a time; the others make keys of their own, which are not kept.

import type { EncryptionOptions, Voice } from "../voice/index.ts";

/** The keys of this tab, if it is the first one. */
export interface Identity {
  readonly options: EncryptionOptions;
  readonly isKept: boolean;
}

const WITHOUT: Identity = { options: {}, isKept: false };
let identity: Promise<Identity> | undefined;

/** The same for all visits of this tab. */
export function takeIdentity(): Promise<Identity> {
  identity ??= lockAndRead();
  return identity;
}

/** Stores the keys as they change, in this tab's turn. */
export function keepIdentity(voice: Voice, { isKept }: Identity): void {
  if (!isKept) return;
  const keep = () => {
    const { identityKey, knownKeys } = voice.encryption;
    if (identityKey === null || knownKeys === null) return;
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify({ identityKey, knownKeys }));
    } catch {
      // Without storage, the others see a new key the next time.
    }
  };
  voice.on("encryption", keep);
  keep();
}

/** Parses what was stored; nothing if it is invalid. */
export function readIdentity(stored: string | null): EncryptionOptions {
  let found: unknown;
  try {
    found = JSON.parse(stored ?? "null");
  } catch {
    return {};
  }
  const { identityKey, knownKeys } = (found ?? {}) as Partial<Record<"identityKey" | "knownKeys", unknown>>;
  if (typeof identityKey !== "string" || !KEY.test(identityKey)) return {};
  return { identityKey, ...(typeof knownKeys === "string" && KNOWN.test(knownKeys) ? { knownKeys } : {}) };
}

async function lockAndRead(): Promise<Identity> {
  if (!(await isFirstTab())) return WITHOUT;
  try {
    return { options: readIdentity(localStorage.getItem(STORAGE_KEY)), isKept: true };
  } catch {
    return WITHOUT;
  }
}

/** The lock is held until the tab is gone. The page before a reload may still have it for a moment. */
function isFirstTab(): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager };
  if (locks === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise<never>(() => {});
    };
    locks.request(STORAGE_KEY, { signal: AbortSignal.timeout(LOCK_MS) }, hold).catch(() => resolve(false));
  });
}

const STORAGE_KEY = "consonance-identity";
const LOCK_MS = 300;
/** 64 bytes. */
const KEY = /^[0-9a-f]{128}$/;
/** Lines of a key, how well it is known, and a player. */
const KNOWN = /^(?:[0-9a-f]{64} (?:seen|verified) .+\n)*$/;
