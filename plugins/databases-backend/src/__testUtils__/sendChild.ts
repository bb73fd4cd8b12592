/** A process that sends the events of a database to a sink until it is killed. Started by the crash tests. */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { DurableOperations, Machine } from '@slipway/operations';
import createKnex from 'knex';
import { consumerOf, EventSender } from '../events/EventSender';
import { sendToHttp } from '../events/HttpSink';
import { eventsConfigSchema } from '../events/sinkConfig';

const { CONNECTION, URL: url } = process.env as Record<string, string>;
const silent: LoggerService = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silent,
};

async function main() {
  const knex = createKnex({ client: 'pg', connection: CONNECTION });
  const [sink] = eventsConfigSchema.parse({
    sinks: [{ id: 'bus', url }],
  }).sinks;
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'databases',
    logger: silent,
    consumers: [consumerOf('bus')],
    machines: [
      Machine.create(
        {
          kind: 'database',
          initial: 'requested',
          transitions: { requested: [] },
        },
        [],
      ),
    ],
  });
  const sender = EventSender.create({
    knex,
    operations,
    sinks: [
      {
        ...sink,
        wants: () => true,
        send: (event, signal) => sendToHttp(sink, event, signal),
      },
    ],
    origin: { source: 'https://x.example', schemas: 'https://x.example' },
    logger: silent,
    tell: async () => undefined,
    count: () => undefined,
  });
  process.stdout.write('begins\n');
  for (;;) {
    await sender.wake();
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
