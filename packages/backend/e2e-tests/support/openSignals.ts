import { setTimeout as sleep } from 'node:timers/promises';

/** Listens to one channel of a replica's signals. */
export interface Signals {
  messages: unknown[];
  close(): void;
}

/**
 * Opens the live connection of a page, as the signals client does.
 *
 * @remarks
 *
 * A replica's first connection is refused, since it begins to listen for such connections with the first request for
 * one: like the client we try again.
 */
export async function openSignals(
  replica: string,
  channel: string,
  token: string,
): Promise<Signals> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const socket = new WebSocket(
      `${replica.replace('http', 'ws')}/api/signals`,
      token,
    );
    const opened = await new Promise<boolean>(resolve => {
      socket.addEventListener('open', () => resolve(true), { once: true });
      socket.addEventListener('error', () => resolve(false), { once: true });
    });
    if (opened) {
      const messages: unknown[] = [];
      socket.addEventListener('message', event => {
        messages.push(JSON.parse(String(event.data)));
      });
      socket.send(JSON.stringify({ action: 'subscribe', channel }));
      return { messages, close: () => socket.close() };
    }
    await sleep(300);
  }
  throw new Error(`${replica} takes no live connections`);
}
