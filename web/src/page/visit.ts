// The present visit, stored in this tab until it is closed or the session is left, so that a reload resumes it.

import type { Place } from "../voice/index.ts";

/** The join request, to be repeated after a reload. */
export interface Wish {
  name: string;
  session: string;
  rooms: string[];
  /** Never in an address, and never stored outside this tab; empty if there is none. */
  token: string;
  password: string;
  withMicrophone: boolean;
}

/** The state in the room, which a reload preserves. */
export interface Manner {
  isMuted: boolean;
  isDeafened: boolean;
  /** The rooms that were talked to. */
  talksTo: string[];
  /** The position on the map; null while it was off. */
  place: Place | null;
}

/** A visit, with the secret that makes the page the same player again. */
export interface Visit {
  wish: Wish;
  /** Null before the room was entered. */
  manner: Manner | null;
  /**
   * The library's `voice.key`, a secret; null if the player cannot be resumed, and while the page is open: a duplicated tab copies the
   * storage, and must not become the same player.
   */
  key: string | null;
}

export function rememberVisit(visit: Visit): void {
  attempt(() => sessionStorage.setItem(KEY, JSON.stringify(visit)));
}

export function forgetVisit(): void {
  attempt(() => sessionStorage.removeItem(KEY));
}

/** The visit that a reload interrupted; null if the page was opened instead. Its key is returned only once. */
export function takeInterruptedVisit(): Visit | null {
  const visit = readVisit(attempt(() => sessionStorage.getItem(KEY)));
  if (visit === null) return null;
  rememberVisit({ ...visit, key: null });
  return isReloaded() ? visit : null;
}

/** Parses a stored visit; null if it is invalid. */
export function readVisit(stored: string | null): Visit | null {
  const found = attempt(() => JSON.parse(stored ?? "null") as Partial<Record<keyof Visit, unknown>> | null);
  const wish = readWish(found?.wish);
  if (wish === null) return null;
  return { wish, manner: readManner(found?.manner), key: typeof found?.key === "string" ? found.key : null };
}

const KEY = "consonance-visit";

function isReloaded(): boolean {
  const [navigation] = performance.getEntriesByType("navigation");
  return navigation instanceof PerformanceNavigationTiming && navigation.type === "reload";
}

function readWish(found: unknown): Wish | null {
  if (typeof found !== "object" || found === null) return null;
  const { name, session, rooms, token = "", password = "", withMicrophone } = { ...onlySecret(found), ...found } as Partial<Wish>;
  if (!isText(name) || !isText(session) || !isText(token) || !isText(password) || !areTexts(rooms)) return null;
  return { name, session, rooms, token, password, withMicrophone: withMicrophone === true };
}

/** The page of an older server, which may have written to this tab, stores one secret: a token or a password. */
function onlySecret(found: { secret?: unknown; token?: unknown; password?: unknown }): Partial<Wish> {
  const { secret, token, password } = found;
  if (!isText(secret) || token !== undefined || password !== undefined) return {};
  return JOIN_TOKEN.test(secret) ? { token: secret } : { password: secret };
}

/** A signed object of JSON (RFC 7515, section 3.1), whose `{"` is `eyJ` in base64url. */
const JOIN_TOKEN = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/;

function readManner(found: unknown): Manner | null {
  if (typeof found !== "object" || found === null) return null;
  const { isMuted, isDeafened, talksTo, place } = found as Partial<Manner>;
  if (!areTexts(talksTo)) return null;
  return { isMuted: isMuted === true, isDeafened: isDeafened === true, talksTo, place: readPlace(place) };
}

function readPlace(found: Partial<Place> | null | undefined): Place | null {
  const { x, y, z } = found ?? {};
  return Number.isFinite(x) && Number.isFinite(y) && Number.isFinite(z) ? ({ x, y, z } as Place) : null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function areTexts(values: unknown): values is string[] {
  return Array.isArray(values) && values.every(isText);
}

/** Storage may be forbidden; then a reload starts a new visit. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
