import { mockServices } from '@backstage/backend-test-utils';
import { InputError, NotAllowedError } from '@backstage/errors';
import express from 'express';
import PromiseRouter from 'express-promise-router';
import request from 'supertest';
import { tellOnlyWhoMay } from './tellOnlyWhoMay';

const ID = '11111111-1111-4111-8111-111111111111';

describe('tellOnlyWhoMay', () => {
  const records: object[] = [];
  const auditor = mockServices.auditor.mock({
    createEvent: async ({ eventId, meta }) => ({
      success: async () => void records.push({ eventId, meta, ended: 'well' }),
      fail: async () => void records.push({ eventId, meta, ended: 'refused' }),
    }),
  });
  let asked = 0;

  beforeEach(() => {
    records.length = 0;
    asked = 0;
  });

  const router = PromiseRouter();
  router.use(express.json());
  router.post('/boats/:id/sink', (req, res) => {
    if (!req.body.reason) throw new InputError('reason is missing');
    res.json({ sunk: req.params.id });
  });
  router.post('/boats/:id/sink/again', () => {
    throw new InputError('never twice');
  });
  router.delete('/boats/:id/sink', () => {
    throw new InputError('stays sunk');
  });
  router.use(
    tellOnlyWhoMay(auditor, {
      'POST /boats/:id/sink': {
        eventId: 'boat-sink',
        meta: ({ id }) => ({ boatId: id }),
        async may(req) {
          asked += 1;
          if (req.header('x-who') !== 'captain') {
            throw new NotAllowedError('Only the captain sinks boats');
          }
        },
      },
    }),
  );
  const errors: express.ErrorRequestHandler = (error, _req, res, _next) => {
    const status = { InputError: 400, NotAllowedError: 403 };
    res
      .status(status[error.name as keyof typeof status] ?? error.status ?? 500)
      .json({ message: error.message });
  };
  const app = express().use('/api', router).use(errors);
  const sink = (who: string, id = ID, more = '') =>
    request(app)
      .post(`/api/boats/${id}/sink${more}`)
      .set('x-who', who)
      .set('content-type', 'application/json');

  it('tells who may what is wrong', async () => {
    const { status, body } = await sink('captain').send('{}');
    expect([status, body.message]).toEqual([400, 'reason is missing']);
    expect(records).toEqual([]);
  });

  it.each([
    ['does not hold', '{}'],
    ['cannot be read', '{"'],
    ['is too large', JSON.stringify({ reason: 'x'.repeat(200_000) })],
  ])(
    'refuses who may not when what they sent %s, on record',
    async (_, sent) => {
      const { status, body } = await sink('cook').send(sent);
      expect([status, body.message]).toEqual([
        403,
        'Only the captain sinks boats',
      ]);
      expect(records).toEqual([
        { eventId: 'boat-sink', meta: { boatId: ID }, ended: 'refused' },
      ]);
    },
  );

  it('knows an id that is written in another way', async () => {
    const written = `%${ID.charCodeAt(0).toString(16)}${ID.slice(1)}`;
    await sink('cook', written).send('{"').expect(403);
    expect(records).toEqual([
      { eventId: 'boat-sink', meta: { boatId: ID }, ended: 'refused' },
    ]);
  });

  it('asks nothing about a request that is in order', async () => {
    await sink('cook').send({ reason: 'a leak' }).expect(200);
    expect(asked).toBe(0);
  });

  it('asks nothing about other routes, methods and what is no id', async () => {
    await sink('cook', ID, '/again').send({}).expect(400);
    await sink('cook', 'none').send({}).expect(400);
    await request(app).delete(`/api/boats/${ID}/sink`).expect(400);
    expect(asked).toBe(0);
  });
});
