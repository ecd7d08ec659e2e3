// Handlers by event name.

/** Calls the handlers of an event in the order in which they subscribed. */
export class Emitter<Events> {
  private readonly handlers = new Map<keyof Events, Set<(event: never) => void>>();

  /** Returns a function that unsubscribes. */
  on<K extends keyof Events>(event: K, handler: (event: Events[K]) => void): () => void {
    const known = this.handlers.get(event) ?? new Set();
    this.handlers.set(event, known);
    // Wrapped, so that a handler given twice is called twice and removed once.
    const entry = (value: Events[K]) => handler(value);
    known.add(entry);
    return () => known.delete(entry);
  }

  /** A handler that throws does not stop the others; the exception is reported as an uncaught one. */
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
