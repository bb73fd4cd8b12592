import express from 'express';
import request from 'supertest';
import { createStackHider } from './createStackHider';

const { stack } = new Error(
  'The repository is there already.\nChoose another.',
);
const failed = {
  id: 2,
  type: 'log',
  body: { message: stack, stepId: 'publish', status: 'failed' },
};
const shown = {
  ...failed,
  body: {
    ...failed.body,
    message: 'Error: The repository is there already.\nChoose another.',
  },
};
/** Nothing of a trace: it stays as it is. */
const others = [
  { id: 1, type: 'log', body: { message: 'Looking:\n  at home', stepId: 'a' } },
  { id: 3, type: 'completion', body: { status: 'failed' } },
];

/** With routes that answer as the scaffolder's. */
describe('the log of a task', () => {
  const [before, after] = others;
  const app = express()
    .use(createStackHider())
    .get('/v2/tasks/:id/events', (_request, response) => {
      response.json([before, failed, after]);
    })
    .get('/v2/tasks/:id/eventstream', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of [before, failed, after]) {
        response.write(
          `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
        );
      }
      response.end();
    });

  it('is shown without traces', async () => {
    expect(stack).toMatch(/\n {4}at .*createStackHider/);
    const { body } = await request(app).get('/v2/tasks/1/events').expect(200);
    expect(body).toEqual([before, shown, after]);
  });

  it('is streamed without traces', async () => {
    const { text } = await request(app).get('/v2/tasks/1/eventstream');
    expect(text).toBe(
      [before, shown, after]
        .map(
          event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
        )
        .join(''),
    );
  });

  it('passes on what is no log', async () => {
    const error = { error: { name: 'NotFoundError', message: 'No such task' } };
    const other = express()
      .use(createStackHider())
      .get('/v2/tasks/:id/events', (_request, response) => {
        response.status(404).json(error);
      });
    const { status, body } = await request(other).get('/v2/tasks/1/events');
    expect([status, body]).toEqual([404, error]);
  });
});
