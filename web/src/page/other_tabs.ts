// Names that this browser's other tabs have in a session, so that a second tab proposes another one.

/** A tab asks which names are in use, and each tab in a session answers. */
type Message = { asks: true } | { name: string };

/** The other tabs of this page. */
export class OtherTabs {
  readonly #channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  readonly #taken = new Set<string>();
  #own: string | null = null;

  constructor() {
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<unknown>) => this.#onMessage(data as Partial<{ asks: unknown; name: unknown }> | null));
  }

  /** This tab's name in its session; null if it is in none. */
  use(name: string | null): void {
    this.#own = name;
  }

  /** A name that no other tab has: this one, or this one with a number. */
  async free(name: string): Promise<string> {
    if (this.#channel === null || name === "") return name;
    this.#taken.clear();
    this.#send({ asks: true });
    await new Promise((done) => setTimeout(done, ANSWER_MS));
    return freeName(name, this.#taken);
  }

  /** For tests. */
  close(): void {
    this.#channel?.close();
  }

  #onMessage(message: Partial<{ asks: unknown; name: unknown }> | null): void {
    if (message?.asks === true && this.#own !== null) this.#send({ name: this.#own });
    else if (typeof message?.name === "string" && this.#taken.size < TABS_MAX) this.#taken.add(message.name);
  }

  #send(message: Message): void {
    this.#channel?.postMessage(message);
  }
}

/** The first of `Alice`, `Alice 2`, `Alice 3` … that is not taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const stem = name.replace(/ \d{1,3}$/, "");
  for (let number = 2; number <= TABS_MAX + 2; number += 1) {
    if (!taken.has(`${stem} ${number}`)) return `${stem} ${number}`;
  }
  return name;
}

const CHANNEL = "consonance-names";
/** Tabs on the same machine answer at once. */
const ANSWER_MS = 150;
const TABS_MAX = 100;
