// This browser's key for encrypted sessions, and the keys of the players that it has met.
//
// A group has each key once, so one tab has the key at a time; the others make keys of their own, which are not kept.

import type { EncryptionOptions, Voice } from "../voice/index.ts";
import { openKeyStore, type KeyStore } from "./key_store.ts";

/** The keys of this tab, if it is the first one. */
export interface Identity {
  readonly options: EncryptionOptions;
  /** Where they are kept; null if they are not. */
  readonly store: KeyStore | null;
}

const WITHOUT: Identity = { options: {}, store: null };
let identity: Promise<Identity> | undefined;

/** The same for all visits of this tab. */
export function takeIdentity(): Promise<Identity> {
  identity ??= lockAndRead();
  return identity;
}

/**
 * Stores the keys as they change. `failed` is called once if they cannot be stored.
 *
 * The result is to be called after a change: it resolves once the keys are stored as they are then, or cannot be.
 */
export function keepIdentity(
  voice: Pick<Voice, "encryption" | "on">,
  { store }: Identity,
  failed: () => void,
): () => Promise<void> {
  if (store === null) return () => Promise.resolve();
  let [stored, hasFailed] = ["", false];
  let writing: Promise<void> | null = null;
  const write = async () => {
    for (let text = textOf(voice.encryption); text !== null && text !== stored; text = textOf(voice.encryption)) {
      await store.write(text).catch(() => {
        if (!hasFailed) failed();
        hasFailed = true;
      });
      stored = text;
    }
    writing = null;
  };
  const keep = () => {
    if (writing !== null) return writing;
    const text = textOf(voice.encryption);
    if (text === null || text === stored) return Promise.resolve();
    writing = write();
    return writing;
  };
  voice.on("encryption", () => void keep());
  void keep();
  return keep;
}

function textOf({ identityKey, knownKeys }: Voice["encryption"]): string | null {
  return identityKey === null || knownKeys === null ? null : JSON.stringify({ identityKey, knownKeys });
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
    const store = await openKeyStore();
    return { options: readIdentity(await store.read()), store };
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
    locks.request(LOCK, { signal: AbortSignal.timeout(LOCK_MS) }, hold).catch(() => resolve(false));
  });
}

const LOCK = "consonance-identity";
const LOCK_MS = 300;
/** 64 bytes. */
const KEY = /^[0-9a-f]{128}$/;
/** Lines of a key, how well it is known, and a player. */
const KNOWN = /^(?:[0-9a-f]{64} (?:seen|verified) .+\n)*$/;
