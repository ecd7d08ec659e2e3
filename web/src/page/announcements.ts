// What a screen reader says of itself: few words, and not one sentence for each of twenty people who come at once.

import { listed } from "./names.ts";

/** Somebody came or left. */
export interface Movement {
  name: string;
  came: boolean;
}

/** One sentence for what happened since the last; who came and left again is not told. */
export function summarise(movements: readonly Movement[]): string {
  const last = new Map<string, { came: boolean; count: number }>();
  for (const { name, came } of movements) last.set(name, { came, count: (last.get(name)?.count ?? 0) + 1 });
  const names = (came: boolean) =>
    [...last].filter(([, state]) => state.came === came && state.count % 2 === 1).map(([name]) => name);
  return [sentence(names(true), "came"), sentence(names(false), "left")].filter((words) => words !== "").join(" ");
}

/** Says things in a live region, gathered for a while, so that it does not chatter. */
export class Announcer {
  readonly #movements: Movement[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  readonly #say: (words: string) => void;

  constructor(say: (words: string) => void) {
    this.#say = say;
  }

  moved(movement: Movement): void {
    if (this.#movements.length < MOVEMENTS_MAX) this.#movements.push(movement);
    this.#timer ??= setTimeout(() => this.#tell(), GATHERING_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #tell(): void {
    this.#timer = null;
    const words = summarise(this.#movements.splice(0));
    if (words) this.#say(words);
  }
}

const GATHERING_MS = 2000;
const MOVEMENTS_MAX = 1000;
/** So many are called by name; the others are counted. */
const NAMED = 2;

function sentence(names: readonly string[], verb: string): string {
  if (names.length === 0) return "";
  const more = names.length - NAMED;
  if (more > 1) return `${listed(names.slice(0, NAMED))} and ${more} others ${verb}.`;
  return `${names.length > 1 ? listed(names.slice(0, -1)) + " and " : ""}${listed(names.slice(-1))} ${verb}.`;
}
