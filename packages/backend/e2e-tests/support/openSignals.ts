/** Listens to one channel of a replica's signals. */
export interface Signals {
  messages: unknown[];
  close(): void;
}

/**
 * Opens the live connection of a page, as the signals client does.
 *
 * @throws when the replica does not take it at once
 */
export async function openSignals(
  replica: string,
  channel: string,
  token?: string,
): Promise<Signals> {
  const socket = new WebSocket(
    `${replica.replace('http', 'ws')}/api/signals`,
    token,
  );
  await new Promise<void>((resolve, reject) => {
    const refuse = () =>
      reject(new Error(`${replica} took no live connection`));
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', refuse, { once: true });
    setTimeout(refuse, 5_000).unref();
  });
  const messages: unknown[] = [];
  socket.addEventListener('message', event => {
    messages.push(JSON.parse(String(event.data)));
  });
  socket.send(JSON.stringify({ action: 'subscribe', channel }));
  return { messages, close: () => socket.close() };
}
