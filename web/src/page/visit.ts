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

export function rememberVisit(wish: Wish): void {
  attempt(() => sessionStorage.setItem(KEY, JSON.stringify(wish)));
}

export function forgetVisit(): void {
  attempt(() => sessionStorage.removeItem(KEY));
}

/** What the page was in the middle of when it was loaded anew; null if it was opened instead. */
export function interruptedVisit(): Wish | null {
  const [navigation] = performance.getEntriesByType("navigation");
  const isReload = navigation instanceof PerformanceNavigationTiming && navigation.type === "reload";
  return isReload ? readVisit(attempt(() => sessionStorage.getItem(KEY))) : null;
}

/** A visit out of what was stored; null if it makes no sense. */
export function readVisit(stored: string | null): Wish | null {
  const found = attempt(() => JSON.parse(stored ?? "null") as Partial<Wish> | null);
  if (typeof found !== "object" || found === null) return null;
  const { name, session, rooms, secret, withMicrophone } = found;
  const areTexts = [name, session, secret].every((text) => typeof text === "string");
  if (!areTexts || !Array.isArray(rooms) || !rooms.every((room) => typeof room === "string")) return null;
  return { name, session, rooms, secret, withMicrophone: withMicrophone === true } as Wish;
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
