// The present visit, kept by this tab until it is closed or the session is left, so that a reload comes back by itself.

/** What was asked for when joining, so that it can be asked for again. */
export interface Wish {
  name: string;
  session: string;
  rooms: string[];
  /** The token or password; never in an address, and never stored beyond this tab. */
  secret: string;
  withMicrophone: boolean;
}

/** A visit, with what makes the page the same player again. */
export interface Visit {
  wish: Wish;
  /** The library's `voice.key`, a secret; null where there is no coming back. */
  key: string | null;
}

export function rememberVisit(visit: Visit): void {
  attempt(() => sessionStorage.setItem(KEY, JSON.stringify(visit)));
}

export function forgetVisit(): void {
  attempt(() => sessionStorage.removeItem(KEY));
}

/** What the page was in the middle of when it was loaded anew; null if it was opened instead. */
export function interruptedVisit(): Visit | null {
  const [navigation] = performance.getEntriesByType("navigation");
  const isReload = navigation instanceof PerformanceNavigationTiming && navigation.type === "reload";
  return isReload ? readVisit(attempt(() => sessionStorage.getItem(KEY))) : null;
}

/** A visit out of what was stored; null if it makes no sense. */
export function readVisit(stored: string | null): Visit | null {
  const found = attempt(() => JSON.parse(stored ?? "null") as { wish?: Partial<Wish>; key?: unknown } | null);
  if (typeof found?.wish !== "object" || found.wish === null) return null;
  const { name, session, rooms, secret, withMicrophone } = found.wish;
  const areTexts = [name, session, secret].every((text) => typeof text === "string");
  if (!areTexts || !Array.isArray(rooms) || !rooms.every((room) => typeof room === "string")) return null;
  const wish = { name, session, rooms, secret, withMicrophone: withMicrophone === true } as Wish;
  return { wish, key: typeof found.key === "string" ? found.key : null };
}

const KEY = "consonance-visit";

/** Storage may be forbidden; then a reload begins anew. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
