import { Advice } from './Advice.ts';
import { readOrganisation } from './people.ts';
import { addresses, readSettings } from './settings.ts';
import { LocalStack, type Reporter } from './supervisor/LocalStack.ts';
import type { StartMessage, SupervisorMessage } from './supervisor/messages.ts';

// The supervisor: a process of its own below the start script, which builds and talks to the person. When the
// start script dies in whatever way, the channel closes and everything is stopped.

const settings = readSettings(process.env);
let stack: LocalStack | undefined;
let created: Promise<LocalStack> | undefined;
let stopping: Promise<void> | undefined;
let steps = 0;

function tell(message: SupervisorMessage): void {
  if (process.connected) {
    process.send?.(message);
  }
}

const reporter: Reporter = {
  async step(title, work) {
    steps += 1;
    const id = steps;
    tell({ type: 'step', id, title });
    try {
      const result = await work();
      tell({ type: 'step-end', id, ok: true });
      return result;
    } catch (error) {
      tell({ type: 'step-end', id, ok: false });
      throw error;
    }
  },
  note: text => tell({ type: 'note', text }),
};

function stop(status: number): Promise<void> {
  if (stopping) {
    return stopping;
  }
  stopping = (async () => {
    // What it writes meanwhile are keys, of which no half may stay.
    await created?.catch(() => {});
    await stack?.stop();
    process.exit(status);
  })();
  return stopping;
}

function fail(error: unknown): void {
  if (stopping) {
    return;
  }
  const advice = error instanceof Advice ? error : undefined;
  const unexpected = error instanceof Error ? error.stack : String(error);
  tell({
    type: 'failed',
    message: advice?.message ?? unexpected ?? 'unknown error',
    wayOut: advice?.wayOut,
    log: advice?.log,
  });
  void stop(1);
}

/** The portal waits for its servers, and the servers for nobody. */
const servers = (async () => {
  created = LocalStack.create(settings, reporter);
  stack = await created;
  await stack.startServers();
  return stack;
})();

async function startPortal(
  message: Extract<StartMessage, { type: 'portal' }>,
): Promise<void> {
  const running = await servers;
  await running.startPortal(message.portal, message.path);
  const { people, groups } = await readOrganisation(settings);
  const titles = new Map(groups.map(each => [each.name, each.title]));
  const { portal, app } = addresses(settings);
  tell({
    type: 'ready',
    url: message.portal.kind === 'built' ? portal : app,
    password: running.secrets.peoplePassword,
    people: people.map(({ name, displayName, groups: of, description }) => ({
      name,
      displayName,
      note: of.map(each => titles.get(each) ?? each).join(', ') || description,
    })),
  });
}

servers.catch(fail);
process.on('message', (message: StartMessage) => {
  if (message.type === 'stop') {
    void stop(0);
  } else {
    startPortal(message).catch(fail);
  }
});
process.on('disconnect', () => void stop(1));
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop(0));
}
process.on('SIGINT', () => {
  // The first Ctrl-C reaches the start script as well, which asks us to stop. A second one means: at once.
  if (stopping) {
    stack?.kill();
  }
});
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
