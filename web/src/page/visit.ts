// The present visit, kept by this tab until it is closed or the session is left, so that a reload comes back by itself.

import type { Place } from "../voice/index.ts";

/** What was asked for when joining, so that it can be asked for again. */
export interface Wish {
  name: string;
  session: string;
  rooms: string[];
  /** Never in an address, and never stored beyond this tab; empty where there is none. */
  token: string;
  password: string;
  withMicrophone: boolean;
}

/** How I was in the room, which a reload does not change. */
export interface Manner {
  isMuted: boolean;
  isDeafened: boolean;
  /** The rooms that I talked to. */
  talksTo: string[];
  /** Where I was on the map; null while it was off. */
  place: Place | null;
}

/** A visit, with what makes the page the same player again. */
export interface Visit {
  wish: Wish;
  /** Null before the room was entered. */
  manner: Manner | null;
  /**
   * The library's `voice.key`, a secret; null where there is no coming back, and while the page is there: a tab that is duplicated takes a
   * copy of what is stored, and must not be the same player.
   */
  key: string | null;
}

export function rememberVisit(visit: Visit): void {
  attempt(() => sessionStorage.setItem(KEY, JSON.stringify(visit)));
}

export function forgetVisit(): void {
  attempt(() => sessionStorage.removeItem(KEY));
}

/** What the page was in the middle of when it was loaded again; null if it was opened instead. Its key is there only once. */
export function takeInterruptedVisit(): Visit | null {
  const visit = readVisit(attempt(() => sessionStorage.getItem(KEY)));
  if (visit === null) return null;
  rememberVisit({ ...visit, key: null });
  return isReloaded() ? visit : null;
}

/** A visit out of what was stored; null if it makes no sense. */
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

/** The page of an older server, which may have filled this tab, stores one secret: a token or a password. */
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

/** Storage may be forbidden; then a reload starts again. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
