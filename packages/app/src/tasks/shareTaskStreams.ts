import type { ScaffolderApi } from '@backstage/plugin-scaffolder-react';
import { SharedTaskStream, type Watcher } from './SharedTaskStream';

type StreamLogs = ScaffolderApi['streamLogs'];
type LogStream = ReturnType<StreamLogs>;

/**
 * Lets everybody who watches a task share one connection, and shows when its cancelled step has ended.
 *
 * @remarks
 *
 * Upstream's page alone opens four streams for a task. A browser keeps at most six connections to a
 * portal without HTTP/2, so that two such pages would stop each other.
 *
 * Upstream's page stops listening when a task is cancelled, while the step that runs still comes to
 * its end: it would spin for ever, and what it logs at last would stay unseen. So the news that a
 * task was cancelled comes as the state of its step, and the task has ended when it has.
 */
export function shareTaskStreams(open: StreamLogs): StreamLogs {
  const streams = new Map<string, SharedTaskStream>();
  return request => {
    const { taskId, isTaskRecoverable = false, after = -1 } = request;
    const key = `${taskId}:${isTaskRecoverable}`;
    return observable(watcher => {
      const running = streams.get(key);
      if (running) {
        return running.watch(watcher, after);
      }
      const stream = SharedTaskStream.create(
        open({ taskId, isTaskRecoverable }),
        // By then another may have taken its place.
        () => streams.get(key) === stream && streams.delete(key),
      );
      streams.set(key, stream);
      return stream.watch(watcher, after);
    });
  };
}

function observable(subscribe: (watcher: Watcher) => () => void): LogStream {
  const self = {
    [Symbol.observable]: () => self,
    subscribe(
      watcher?: Watcher | Watcher['next'],
      error?: Watcher['error'],
      complete?: Watcher['complete'],
    ) {
      const leave = subscribe(
        typeof watcher === 'object'
          ? watcher
          : { next: watcher, error, complete },
      );
      let closed = false;
      return {
        unsubscribe() {
          if (!closed) {
            closed = true;
            leave();
          }
        },
        get closed() {
          return closed;
        },
      };
    },
  } as LogStream;
  return self;
}
