import type {
  LogEvent,
  ScaffolderApi,
} from '@backstage/plugin-scaffolder-react';

/** Who is told what happens to a task. */
export interface Watcher {
  next?: (event: LogEvent) => void;
  error?: (error: Error) => void;
  complete?: () => void;
}

/** One connection for all who watch a task; ends with the last of them. */
export class SharedTaskStream {
  readonly #watchers = new Set<Watcher>();
  readonly #events: LogEvent[] = [];
  readonly #onEnd: () => void;
  readonly #subscription: { unsubscribe(): void };

  static create(
    source: ReturnType<ScaffolderApi['streamLogs']>,
    onEnd: () => void,
  ): SharedTaskStream {
    return new SharedTaskStream(source, onEnd);
  }

  private constructor(
    source: ReturnType<ScaffolderApi['streamLogs']>,
    onEnd: () => void,
  ) {
    this.#onEnd = onEnd;
    this.#subscription = source.subscribe({
      next: event => {
        const shown = withoutCancellation(event);
        this.#events.push(shown);
        this.#tell(watcher => watcher.next?.(shown));
      },
      error: error => {
        onEnd();
        this.#tell(watcher => watcher.error?.(error));
      },
      complete: () => {
        onEnd();
        this.#tell(watcher => watcher.complete?.());
      },
    });
  }

  /** Tells what has happened since the event `after`, then what happens. */
  watch(watcher: Watcher, after: number): () => void {
    const isNew = (event: LogEvent) => event.id > after;
    const missed = this.#events.filter(isNew);
    const live: Watcher = {
      ...watcher,
      next: event => isNew(event) && watcher.next?.(event),
    };
    let isWatching = true;
    // Whoever subscribes has to have the subscription in hand before it is told anything.
    queueMicrotask(() => {
      for (const event of missed) {
        if (isWatching) {
          watcher.next?.(event);
        }
      }
    });
    this.#watchers.add(live);
    return () => {
      isWatching = false;
      this.#watchers.delete(live);
      if (this.#watchers.size === 0) {
        this.#onEnd();
        this.#subscription.unsubscribe();
      }
    };
  }

  #tell(say: (watcher: Watcher) => void): void {
    // A copy: who hears that it is over leaves.
    [...this.#watchers].forEach(say);
  }
}

function withoutCancellation(event: LogEvent): LogEvent {
  return event.type === 'cancelled' ? { ...event, type: 'log' } : event;
}
