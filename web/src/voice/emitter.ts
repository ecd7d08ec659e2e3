// Handlers by the name of what they wait for.

/** Calls who asked for it, in the order in which they asked. */
export class Emitter<Events> {
  private readonly handlers = new Map<keyof Events, Set<(event: never) => void>>();

  /** Returns what stops it. */
  on<K extends keyof Events>(event: K, handler: (event: Events[K]) => void): () => void {
    const known = this.handlers.get(event) ?? new Set();
    this.handlers.set(event, known);
    // Of its own, so that a handler given twice is called twice and stopped once.
    const entry = (value: Events[K]) => handler(value);
    known.add(entry);
    return () => known.delete(entry);
  }

  /** A handler that throws keeps nobody else from hearing of it; what it threw is reported as the browser reports errors. */
  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const handler of [...(this.handlers.get(event) ?? [])]) {
      try {
        (handler as (value: Events[K]) => void)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
