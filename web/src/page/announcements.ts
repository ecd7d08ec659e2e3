// Announcements for screen readers: short, and grouped when many players join at once.

import { listed } from "./names.ts";

/** A player joined or left. */
export interface Movement {
  name: string;
  came: boolean;
}

/** One sentence for all changes since the last; a player that joined and left again is omitted. */
export function summarise(movements: readonly Movement[]): string {
  const last = new Map<string, { came: boolean; count: number }>();
  for (const { name, came } of movements) last.set(name, { came, count: (last.get(name)?.count ?? 0) + 1 });
  const names = (came: boolean) =>
    [...last].filter(([, state]) => state.came === came && state.count % 2 === 1).map(([name]) => name);
  return [sentence(names(true), "came"), sentence(names(false), "left")].filter((words) => words !== "").join(" ");
}

/** Announces in a live region, in batches. */
export class Announcer {
  readonly #movements: Movement[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  readonly #say: (words: string) => void;

  constructor(say: (words: string) => void) {
    this.#say = say;
  }

  moved(movement: Movement): void {
    if (this.#movements.length < MOVEMENTS_MAX) this.#movements.push(movement);
    this.#timer ??= setTimeout(() => this.#announce(), GATHERING_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #announce(): void {
    this.#timer = null;
    const words = summarise(this.#movements.splice(0));
    if (words) this.#say(words);
  }
}

const GATHERING_MS = 2000;
const MOVEMENTS_MAX = 1000;
/** This many are named; the others are counted. */
const NAMED = 2;

function sentence(names: readonly string[], verb: string): string {
  if (names.length === 0) return "";
  const more = names.length - NAMED;
  if (more > 1) return `${listed(names.slice(0, NAMED))} and ${more} others ${verb}.`;
  return `${names.length > 1 ? listed(names.slice(0, -1)) + " and " : ""}${listed(names.slice(-1))} ${verb}.`;
}
