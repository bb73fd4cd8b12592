import type { LogEvent } from '@backstage/plugin-scaffolder-react';
import { shareTaskStreams } from './shareTaskStreams';
import type { Watcher } from './SharedTaskStream';

type Open = Parameters<typeof shareTaskStreams>[0];

const event = (
  id: number,
  type: LogEvent['type'] = 'log',
  body: Partial<LogEvent['body']> = {},
): LogEvent => ({
  id,
  type,
  taskId: 'task',
  createdAt: '2026-01-01T00:00:00Z',
  body: { message: `Event ${id}`, ...body },
});

/** The scaffolder's side: hands out streams and tells what becomes of them. */
function createSource() {
  const open: Array<{ watcher: Watcher; closed: boolean }> = [];
  const streamLogs = jest.fn(() => ({
    subscribe(watcher: Watcher) {
      const entry = { watcher, closed: false };
      open.push(entry);
      return {
        unsubscribe: () => {
          entry.closed = true;
        },
        closed: false,
      };
    },
  })) as unknown as jest.MockedFunction<Open>;
  return { open, streamLogs };
}

const tick = () => new Promise(resolve => setTimeout(resolve, 0));

describe('shareTaskStreams', () => {
  it('lets all who watch a task share one connection, and closes it with the last', async () => {
    const source = createSource();
    const share = shareTaskStreams(source.streamLogs);
    const first: number[] = [];
    const late: number[] = [];
    const subscription = share({ taskId: 'task' }).subscribe(({ id }) =>
      first.push(id),
    );
    source.open[0].watcher.next?.(event(1));
    source.open[0].watcher.next?.(event(2));
    const other = share({ taskId: 'task', after: 1 }).subscribe({
      next: ({ id }) => late.push(id),
    });
    await tick();
    source.open[0].watcher.next?.(event(3));
    expect(first).toEqual([1, 2, 3]);
    expect(late).toEqual([2, 3]);
    expect(source.streamLogs).toHaveBeenCalledTimes(1);

    subscription.unsubscribe();
    expect(source.open[0].closed).toBe(false);
    other.unsubscribe();
    expect(source.open[0].closed).toBe(true);
    share({ taskId: 'task' }).subscribe({});
    expect(source.streamLogs).toHaveBeenCalledTimes(2);
  });

  it('keeps tasks apart, and opens anew after an error', async () => {
    const source = createSource();
    const share = shareTaskStreams(source.streamLogs);
    const onError = jest.fn();
    share({ taskId: 'task' }).subscribe({ error: onError });
    share({ taskId: 'other' }).subscribe({});
    expect(source.streamLogs).toHaveBeenCalledTimes(2);
    source.open[0].watcher.error?.(new Error('The line is down'));
    expect(onError).toHaveBeenCalledWith(new Error('The line is down'));
    share({ taskId: 'task' }).subscribe({});
    expect(source.streamLogs).toHaveBeenCalledTimes(3);
  });

  it('ends a cancelled step, and listens until the task has ended', async () => {
    const source = createSource();
    const share = shareTaskStreams(source.streamLogs);
    const seen: LogEvent[] = [];
    share({ taskId: 'task' }).subscribe(each => seen.push(each));
    const ended = { stepId: 'database', status: 'cancelled' as const };
    source.open[0].watcher.next?.(event(1, 'cancelled', ended));
    source.open[0].watcher.next?.(event(2, 'completion'));
    expect(seen).toEqual([event(1, 'log', ended), event(2, 'completion')]);
  });
});
